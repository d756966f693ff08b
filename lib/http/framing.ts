import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { isHttp2 } from './is-http2.ts'

/** Connections that serve no further messages: one was not well framed, or the connection is about to close. */
const doubtful = new WeakSet<object>()

/**
 * Whether no server can mistake a message for a different one, or for two. Node's parser rejects most ambiguous messages
 * (RFC 9112 6), but not all. After an ambiguous one, everything that follows on the connection is in doubt as well. Node may
 * already have read it, because clients can pipeline requests.
 */
export function isWellFramed (raw: IncomingMessage): boolean {
  // HTTP/2 has its own framing, which is unambiguous.
  if (isHttp2(raw)) return true
  if (doubtful.has(raw.socket)) return false
  if (hasPlainLength(raw) && hasPlainNames(raw)) return true
  doubtful.add(raw.socket)
  return false
}

/** Whether a request has a body, by its framing (RFC 9112 6.3, RFC 9113 8.1). */
export function hasBody (request: IncomingMessage | Http2ServerRequest): boolean {
  if (isHttp2(request)) return !request.stream.endAfterHeaders
  const { headers } = request
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Refuses all further messages on a connection. */
export function refuseFurther (socket: object): void {
  doubtful.add(socket)
}

/** Whether all servers agree where the message ends. */
function hasPlainLength ({ httpVersion, headers: { 'transfer-encoding': coding, 'content-length': length } }: IncomingMessage): boolean {
  // Node accepts a literal `HTTP/2.0` or `HTTP/0.9` in the request line.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return false
  // HTTP/1.0 has no chunked coding. Any other one (`gzip, chunked`) would be lost. It gets 400 instead of 501, which would
  // alert the operator (RFC 9112 6.1).
  if (coding !== undefined && (httpVersion === '1.0' || coding.toLowerCase() !== 'chunked')) return false
  // A larger number would be rounded when it is forwarded.
  return length === undefined || Number(length) <= Number.MAX_SAFE_INTEGER
}

/**
 * Whether no name is empty or ends in whitespace, which older versions of Node accept (RFC 9112 5.1), or is a spelling of
 * `Content-Length` that CGI and similar servers fold into the real one.
 */
function hasPlainNames ({ rawHeaders }: IncomingMessage): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (name.length === 14 && /^content[_.]length$/i.test(name)) return false
    if (name === '' || name.endsWith(' ') || name.endsWith('\t')) return false
  }
  return true
}
