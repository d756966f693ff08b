import type { FastifyReply } from 'fastify'

/**
 * Passes the links of a 103 on (RFC 8297), so that a browser can begin to load them. HTTP/1.0 knows no
 * interim answers (RFC 9110 15.2).
 */
export function passEarlyHints (reply: FastifyReply, rawHeaders: readonly Buffer[]): void {
  const link = rawHeaders.flatMap((part, index) =>
    index % 2 === 0 && part.toString('latin1').toLowerCase() === 'link' ? [rawHeaders[index + 1]!.toString('latin1')] : [])
  if (link.length === 0 || reply.request.raw.httpVersion === '1.0') return
  try {
    reply.raw.writeEarlyHints({ link })
  } catch {
    // Node refuses links that it cannot read. They are hints: the answer itself has them too.
  }
}
