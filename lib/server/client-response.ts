import { ServerResponse } from 'node:http'
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2'
import { isHttp2 } from '../http/is-http2.ts'
import { fieldLists } from '../http/field-lists.ts'
import { recycle } from '../memory/read-buffers.ts'
import { isInjected } from './injected-requests.ts'
import { linger } from './linger.ts'
import { resetCodeFor } from '../http/reset-codes.ts'
import { isCompatible } from '../shared/compatibility.ts'

// Touches: `_header` of a response, `write` and `end` of `ServerResponse.prototype` (compared only), `end` of an HTTP/2 stream, and
// Node's listener for `wantTrailers`. Gains: about 4 us for a short response (bench/RESULTS.md); the code of an HTTP/2 reset; repeated
// trailers as separate fields. With `compatibility`, resets have the code INTERNAL_ERROR, and repeated trailers are joined.

const { end, write } = ServerResponse.prototype
/** Whether Node's own method was in place when this module was loaded. */
const isNodes = !Object.hasOwn(ServerResponse.prototype, 'write')

export type Response = ServerResponse | Http2ServerResponse

/** Whether the client has left. */
export function isDestroyed (response: Response): boolean {
  return isHttp2(response) ? response.stream.destroyed : response.destroyed
}

/** Ends the connection after a response, because no more requests are read from it. HTTP/2 sends GOAWAY instead. */
export function endConnectionAfter (response: Response): void {
  if (isHttp2(response)) return
  const { req: request, socket } = response
  response.shouldKeepAlive = false
  // The headers may already have been sent with `keep-alive`.
  response.once('finish', () => {
    // The simulated connection of `inject()` does not have it.
    if (typeof socket?.destroySoon === 'function') socket.destroySoon()
    linger(request)
  })
}

/** Whether the client reads more slowly than the gateway writes. */
export function needsDrain (response: Response): boolean {
  return isHttp2(response) ? response.stream.writableNeedDrain : response.writableNeedDrain
}

/** Ends a response so that the client cannot mistake it for a complete one. */
export function cutOff (response: Response, error: Error): void {
  if (isHttp2(response)) reset(response.stream, resetCodeFor(error))
  else if (response.req.httpVersion === '1.0') breakOffHttp10(response)
  else response.destroy()
}

/** `close` would end the stream before it resets it, and `destroy` cannot choose the code. */
function reset (stream: ServerHttp2Stream, code: number): void {
  if (isCompatible) {
    stream.destroy(new Error('the response broke off'))
    return
  }
  stream.end = () => stream
  stream.close(code)
  stream.destroy(new Error('the response broke off'))
}

/**
 * Milliseconds for a client to read the data that has arrived. A client built on libuv reports a reset that arrives
 * together with data as a normal end.
 */
const resetDelay = 50

/**
 * Resets the connection, because a normal close could end the response properly. TLS needs no reset: Node sends no
 * `close_notify` when it destroys a socket. A Unix socket has no reset.
 */
function breakOffHttp10 (response: ServerResponse): void {
  const { socket } = response
  if (socket === null || 'encrypted' in socket || socket.remoteAddress === undefined) response.destroy()
  // The timer may be late. A client in this process reads between the timer and the immediate.
  else setTimeout(() => setImmediate(() => socket.resetAndDestroy()), resetDelay)
}

/**
 * Writes a chunk of a body without delay. Node would wait for more data and report backpressure, although the
 * connection has room, and a pause for every chunk slows down large responses.
 *
 * @returns whether the client takes more; if not, `drain` follows
 */
export function writeChunk (response: Response, chunk: Buffer): boolean {
  if (isHttp2(response)) return response.write(chunk)
  const { socket } = response
  socket?.cork()
  // A replacement of Node's method may keep the chunk.
  const isReused = isNodes && response.write === write && !isCompatible
  const takesMore = isReused ? response.write(chunk, (error) => onWritten(error, chunk)) : response.write(chunk)
  socket?.uncork()
  return takesMore || response.writableLength === 0
}

function onWritten (error: Error | null | undefined, chunk: Buffer): void {
  if (error == null) recycle(chunk)
}

/** Longest body that is joined with its head, in bytes. */
const maxBytesWithHead = 8 * 1024

/**
 * Ends a response with the last chunk of its body, or all of it. A short body whose head is not sent yet is joined with
 * the head as one string, as Node does for string bodies: two buffers would need `writev`, which costs as much as the
 * rest of the response.
 */
export function endWith (response: Response, body: Buffer | null): void {
  if (body === null) response.end()
  else if (isHttp2(response)) response.end(body)
  else if (body.length > maxBytesWithHead || response.chunkedEncoding || !hasOpenHead(response)) response.end(body)
  else {
    response._header += body.toString('latin1')
    response.end()
  }
}

/**
 * Whether the head can be extended. It must be left to Node if Node checks the body's length, or if its methods were replaced,
 * as `inject()` does.
 */
function hasOpenHead (response: ServerResponse): response is ServerResponse & { _header: string } {
  if (isCompatible || response.strictContentLength || response.end !== end || response.write !== write) return false
  return typeof (response as ServerResponse & { _header?: unknown })._header === 'string'
}

/** Sends trailers after the body. */
export function addTrailers (response: Response, trailers: Array<[name: string, value: string]>): void {
  if (!isHttp2(response) && !isInjected(response)) return response.addTrailers(trailers)
  const fields = Object.fromEntries([...fieldLists(trailers.flat())].map(([name, { values }]) => [name, values]))
  if (!isHttp2(response)) return response.addTrailers(joined(fields))
  const { stream } = response
  if (isCompatible) {
    response.addTrailers(joined(fields))
    return
  }
  // Node's own listener would throw an uncatchable error for a repeated field that it sends only once.
  stream.removeAllListeners('wantTrailers').once('wantTrailers', () => sendTrailers(stream, fields))
}

function sendTrailers (stream: ServerHttp2Stream, fields: Record<string, string[]>): void {
  try {
    stream.sendTrailers(fields)
  } catch {
    stream.sendTrailers(joined(fields))
  }
}

/** Joining repeated fields keeps their meaning (RFC 9110 5.3). */
function joined (fields: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, values.join(', ')]))
}
