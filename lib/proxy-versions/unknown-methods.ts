import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { methodUnknown } from '../errors.ts'
import { isBusy } from './send-again.ts'

/** A parse error of Node's server. */
interface ParseError extends Error {
  code?: string
  rawPacket?: Buffer
}

/** A well-formed request line. Everything else that Node cannot parse gets 400. */
const requestLine = /^[!#$%&'*+.^_`|~\dA-Za-z-]+ (\S+) HTTP\/1\.[01]\r?\n/

/**
 * Responds 501 to a method that Node's parser does not know (RFC 9110 9.1). Node creates no request for it, so the
 * response is written to the socket.
 *
 * @returns whether an unknown method was the error
 */
export function answerUnknownMethod (
  { code, rawPacket }: ParseError, socket: Duplex, isOurs: (request: { url: string }) => boolean
): boolean {
  if (code !== 'HPE_INVALID_METHOD' || !socket.writable || isBusy(socket)) return false
  const [, url] = requestLine.exec(rawPacket!.toString('latin1')) ?? []
  if (url === undefined || !isOurs({ url })) return false
  const { code: name, message: detail, statusCode: status } = methodUnknown({})
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail, code: name })
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'Content-Type: application/problem+json', 'Cache-Control: no-store',
    `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', '', body
  ].join('\r\n'))
  return true
}
