import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'
import { isHttp2 } from '../../http/is-http2.ts'
import { fieldLists } from '../../http/field-lists.ts'
import type { Response } from '../../server/client-response.ts'

/** Interim responses (1xx) that an upstream may send before the final one. */
export const maxInterim = 16

/**
 * Forwards an interim response, such as 102 or 103 (RFC 9110 15.2), with the fields that the final response would have from
 * the upstream. HTTP/1.0 has no interim responses.
 */
export function forwardInterim (reply: FastifyReply, status: number, headers: readonly string[]): void {
  if (reply.raw.headersSent || reply.request.raw.httpVersion === '1.0') return
  try {
    writeInterim(reply.raw, status, headers)
  } catch (err) {
    // The client may have left. A failure here does not affect the final response.
    reply.request.log.debug({ err, status }, 'interim response not forwarded')
  }
}

/** Node can write a 103 only with links of a certain form, and other interim responses only without fields. */
function writeInterim (response: Response, status: number, headers: readonly string[]): void {
  if (isHttp2(response)) {
    const fields = [...fieldLists(headers)].map(([name, { values }]) => [name, values])
    response.stream.additionalHeaders({ ':status': status, ...Object.fromEntries(fields) })
    return
  }
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`]
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]!}: ${headers[i + 1]!}`)
  const head = `${lines.join('\r\n')}\r\n\r\n`
  // Node gives a response its socket when the responses to earlier requests on the connection are complete.
  if (response.socket === null) response.once('socket', (socket: Socket) => socket.write(head, 'latin1'))
  else response.socket.write(head, 'latin1')
}
