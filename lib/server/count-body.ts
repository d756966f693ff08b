import type { FastifyReply, FastifyRequest } from 'fastify'

// Touches: `write` and `end` of one response, which are replaced, as compression and tracing do. Gains: `bytesSent` of responses
// from the app's own routes, if metrics, a log or the admin page observe them. Without it, that number would be unknown: the socket
// also counts heads and earlier responses. `compatibility` does not turn it off, because it only concerns one response at a time.

type Write = (chunk?: unknown, ...rest: unknown[]) => unknown

/** A response, and the number of bytes of its body so far. */
interface Counted {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  bytesSent: number
}

/** Counts the body bytes of a response from the app itself, whether Fastify, a stream or a hijacked reply writes it. */
export function countBody (counted: Counted): void {
  const { reply: { raw }, request: { method } } = counted
  const writable = raw as unknown as { write: Write, end: Write }
  const { write, end } = writable
  let isEnding = false
  const count = (chunk: unknown, encoding: unknown): void => {
    // Node drops such a body (RFC 9110 9.3.2, 15.3.5, 15.4.5).
    if (method === 'HEAD' || raw.statusCode === 204 || raw.statusCode === 304) return
    if (typeof chunk === 'string') counted.bytesSent += Buffer.byteLength(chunk, typeof encoding === 'string' ? encoding as BufferEncoding : 'utf8')
    else if (ArrayBuffer.isView(chunk)) counted.bytesSent += chunk.byteLength
  }
  writable.write = (chunk, ...rest) => {
    if (!isEnding) count(chunk, rest[0])
    return write.call(raw, chunk, ...rest)
  }
  writable.end = (chunk, ...rest) => {
    count(chunk, rest[0])
    // Over HTTP/2 and with `inject()`, `end` passes its chunk to `write`.
    isEnding = true
    return end.call(raw, chunk, ...rest)
  }
}
