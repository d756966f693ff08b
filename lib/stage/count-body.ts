import type { Observation } from './observation.ts'

type Write = (chunk?: unknown, ...rest: unknown[]) => unknown

/** Marks routes whose handler counts the bytes of responses itself. */
export const countsBytes = Symbol('fastify-version-gateway.countsBytes')

/** Counts the body bytes of a response from the app itself, whether Fastify, a stream or a hijacked reply writes it. */
export function countBody (observation: Observation): void {
  const { reply: { raw }, request: { method } } = observation
  const writable = raw as unknown as { write: Write, end: Write }
  const { write, end } = writable
  const count = (chunk: unknown, encoding: unknown): void => {
    // Node drops such a body (RFC 9110 9.3.2, 15.3.5, 15.4.5).
    if (method === 'HEAD' || raw.statusCode === 204 || raw.statusCode === 304) return
    if (typeof chunk === 'string') observation.bytesSent += Buffer.byteLength(chunk, typeof encoding === 'string' ? encoding as BufferEncoding : 'utf8')
    else if (ArrayBuffer.isView(chunk)) observation.bytesSent += chunk.byteLength
  }
  writable.write = (chunk, ...rest) => {
    count(chunk, rest[0])
    return write.call(raw, chunk, ...rest)
  }
  writable.end = (chunk, ...rest) => {
    // In HTTP/2, `end` passes its chunk to `write`.
    if (!('stream' in raw)) count(chunk, rest[0])
    return end.call(raw, chunk, ...rest)
  }
}
