import type { ClientHttp2Session, ClientHttp2Stream, ClientSessionRequestOptions, OutgoingHttpHeaders } from 'node:http2'
import { errors } from 'undici'
import { fieldLists } from '../http/field-lists.ts'
import type { UpstreamRequestOptions } from './upstream-handler.ts'

type Fields = Record<string, string | string[]>

/**
 * Sends the headers of a request.
 *
 * @param origin of the target; its host is used for requests without `Host`
 * @throws when the request cannot be sent
 */
export function openStream (
  session: ClientHttp2Session, request: UpstreamRequestOptions, origin: URL, options: ClientSessionRequestOptions
): ClientHttp2Stream {
  const headers = requestHeaders(request, origin)
  try {
    return session.request(headers, options)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_HTTP2_HEADER_SINGLE_VALUE') throw error
    return session.request(joined(headers), options)
  }
}

function requestHeaders ({ method, path, headers, takesTrailers = false }: UpstreamRequestOptions, origin: URL): Fields {
  const { host, ...fields } = listed(headers as string[])
  // HTTP/2 allows only this value (RFC 9113 8.2.2), and gRPC servers refuse calls without it.
  if (takesTrailers) fields.te = 'trailers'
  return { ...fields, ':method': method, ':scheme': origin.protocol.slice(0, -1), ':authority': host?.[0] ?? origin.host, ':path': path }
}

/** @throws undici's error for invalid headers */
function listed (headers: string[]): Fields {
  try {
    return Object.fromEntries([...fieldLists(headers)].map(([name, { values }]) => [name, values]))
  } catch (error) {
    throw new errors.InvalidArgumentError((error as Error).message)
  }
}

/** Node refuses to repeat some fields. Joining their values keeps the meaning (RFC 9110 5.3, RFC 9113 8.2.3). */
function joined (headers: Fields): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [values].flat().join(name === 'cookie' ? '; ' : ', ')]))
}
