import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import { isHttp2 } from '../http/is-http2.ts'
import { fieldLists } from '../http/field-lists.ts'
import type { Response } from './client-response.ts'
import { isInjected } from './injected-requests.ts'

/** HTTP/2 forbids connection-specific headers, and a client must not accept any (RFC 9113 8.2.2). */
const ofConnections = ['connection', 'http2-settings', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade']

/**
 * Writes status and headers (alternating names and values), with repeated fields on separate lines.
 *
 * @param isWhole nothing follows. Over HTTP/2 the headers then end the stream: a gRPC client looks for its status in the
 * frame that ends it.
 * @throws `ERR_INVALID_CHAR`, `ERR_HTTP_INVALID_STATUS_CODE` if the upstream's head is not valid HTTP
 */
export function writeHead (response: Response, status: number, reason: string, headers: readonly string[], isWhole = false): void {
  if (isHttp2(response)) writeHttp2Head(response, status, headers, isWhole)
  else writeHttp1Head(response, status, reason, headers)
}

function writeHttp1Head (response: ServerResponse, status: number, reason: string, fields: readonly string[]): void {
  const headers = lengthLast(fields)
  // After any call of `setHeader`, `writeHead` keeps only the last of repeated fields in a list. `inject()` has called it.
  const hasOwn = response.getHeaderNames().length > 0 || isInjected(response)
  if (hasOwn) setHeaders(response, headers)
  const rest = hasOwn ? [] : [...headers]
  // A reason phrase has no meaning for clients (RFC 9110 15.1), so an invalid one is left out.
  try {
    if (/^[\t\x20-\x7e]+$/.test(reason)) response.writeHead(status, reason, rest)
    else response.writeHead(status, rest)
  } catch (error) {
    // Node keeps the reason even when it refuses the headers, and would send it with the status of the refusal.
    response.statusMessage = ''
    throw error
  }
}

/**
 * Moves `Content-Length` behind `Content-Disposition`. If Node already knows the length, it decodes that field as UTF-8,
 * which changes the bytes of file names or makes them invalid. The order of fields has no meaning (RFC 9110 5.3).
 */
function lengthLast (headers: readonly string[]): readonly string[] {
  let [length, disposition] = [-1, -1]
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    if (name.length === 14 && name.toLowerCase() === 'content-length') length = i
    else if (name.length === 19 && name.toLowerCase() === 'content-disposition') disposition = i
  }
  if (length === -1 || disposition < length) return headers
  return [...headers.slice(0, length), ...headers.slice(length + 2), ...headers.slice(length, length + 2)]
}

function writeHttp2Head (response: Http2ServerResponse, status: number, headers: readonly string[], isWhole: boolean): void {
  setHeaders(response, headers, ofConnections)
  // A hook of the app may have set one, which would make the whole response fail.
  for (const name of ofConnections) response.removeHeader(name)
  // Neither has a body, and clients reject a length without a body (RFC 9110 8.6, RFC 9113 8.1.1).
  if (status === 204 || status === 205) response.removeHeader('content-length')
  try {
    sendHttp2Head(response, status, isWhole)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_HTTP2_HEADER_SINGLE_VALUE') throw error
    joinRepeated(response)
    sendHttp2Head(response, status, isWhole)
  }
}

function sendHttp2Head (response: Http2ServerResponse, status: number, isWhole: boolean): void {
  if (isWhole) response.stream.respond({ ...response.getHeaders(), ':status': status }, { endStream: true })
  else response.writeHead(status)
}

/** Sets all headers, or none if one is invalid: the gateway's error response must not contain the upstream's. */
function setHeaders (response: Response, headers: readonly string[], except: readonly string[] = []): void {
  for (const [key, { name, values }] of fieldLists(headers)) {
    if (!except.includes(key)) response.setHeader(name, values.length === 1 ? values[0]! : values)
  }
}

/** Node refuses to repeat some fields over HTTP/2. Joining values keeps their meaning (RFC 9110 5.3), except for cookies. */
function joinRepeated (response: Http2ServerResponse): void {
  for (const [name, values] of Object.entries(response.getHeaders())) {
    if (Array.isArray(values) && name !== 'set-cookie') response.setHeader(name, values.join(', '))
  }
}
