import { ServerResponse } from 'node:http'
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2'
import { fieldLists } from './field-lists.ts'
import { giveBack } from './read-regions.ts'

const { end, write } = ServerResponse.prototype
/** Whether nobody had put something in the place of Node's method before this was loaded. */
const isNodes = !Object.hasOwn(ServerResponse.prototype, 'write')

// What the responses of Node's two kinds of servers do differently.

export type Response = ServerResponse | Http2ServerResponse

/** Whether nobody is left to read the answer. */
export function isGone (response: Response): boolean {
  return 'stream' in response ? response.stream.destroyed : response.destroyed
}

/** Has the connection end behind an answer: nobody would read another request from it. HTTP/2 says so on its own. */
export function endConnectionAfter (response: Response): void {
  if ('stream' in response) return
  const { socket } = response
  response.shouldKeepAlive = false
  // The headers may have promised otherwise.
  response.once('finish', () => socket?.destroySoon())
}

/** Whether the client reads slower than it is written to. */
export function needsDrain (response: Response): boolean {
  return 'stream' in response ? response.stream.writableNeedDrain : response.writableNeedDrain
}

/**
 * Ends an answer so that the client cannot take what it has for the whole. Destroyed without an error, a
 * stream of HTTP/2 is reset with `NO_ERROR`, which clients take for its end.
 */
export function breakOff (response: Response): void {
  if ('stream' in response) response.stream.destroy(new Error('the answer broke off'))
  else if (response.req.httpVersion === '1.0') breakOffHttp10(response)
  else response.destroy()
}

/**
 * Time in which a client reads what has arrived, in milliseconds. A client that is built on libuv takes a reset for an end when
 * it arrives together with data.
 */
const resetDelay = 10

/**
 * The end of a response may be the end of the connection. Only a reset is no end. TLS needs none, because Node does not announce
 * an end that it forces; a Unix socket has none.
 */
function breakOffHttp10 (response: ServerResponse): void {
  const { socket } = response
  if (socket === null || 'encrypted' in socket || socket.remoteAddress === undefined) response.destroy()
  else setTimeout(() => socket.resetAndDestroy(), resetDelay)
}

/**
 * Writes a piece of a body, at once: Node would wait for more, and by then ask for a pause although the connection has
 * room. The pause is what costs, for every piece of a large answer.
 *
 * @returns whether the client takes more; if not, there is a `drain` when it does
 */
export function writePiece (response: Response, piece: Buffer): boolean {
  if ('stream' in response) return response.write(piece)
  const { socket } = response
  socket?.cork()
  // Who has put something in the place of Node's own method may keep what it was given.
  const takesMore = isNodes && response.write === write ? response.write(piece, (error) => onWritten(error, piece)) : response.write(piece)
  socket?.uncork()
  return takesMore || response.writableLength === 0
}

function onWritten (error: Error | null | undefined, piece: Buffer): void {
  if (error == null) giveBack(piece)
}

/** Longest body that is sent in one piece with its head, in bytes. */
const longestWithHead = 8 * 1024

/**
 * Ends an answer with a piece of its body, or the whole of it. A short body that its head was not sent before goes with
 * the head as one text, as Node does it for a body that is text: two pieces would take `writev`, which costs as much
 * again as the rest of the answer.
 */
export function endWith (response: Response, body: Buffer | null): void {
  if (body === null) response.end()
  else if ('stream' in response) response.end(body)
  else if (body.length > longestWithHead || response.chunkedEncoding || isWatched(response) || !hasHead(response)) response.end(body)
  else {
    response._header += body.toString('latin1')
    response.end()
  }
}

/** Whether Node keeps the head where it always did: the field is its own, and may go. */
function hasHead (response: ServerResponse): response is ServerResponse & { _header: string } {
  return typeof (response as ServerResponse & { _header?: unknown })._header === 'string'
}

/** Whether somebody counts the body, or has put something in the place of Node's own methods: `inject()` does. */
function isWatched (response: ServerResponse): boolean {
  return response.strictContentLength || response.end !== end || response.write !== write
}

/** Writes what comes behind the body: pairs of name and value. */
export function addTrailers (response: Response, trailers: Array<[name: string, value: string]>): void {
  if (!('stream' in response)) return response.addTrailers(trailers)
  const fields = Object.fromEntries([...fieldLists(trailers.flat())].map(([name, { values }]) => [name, values]))
  const { stream } = response
  // Node would send its own list, and would throw where nobody catches it if a field is repeated that it sends only once.
  stream.removeAllListeners('wantTrailers').once('wantTrailers', () => sendTrailers(stream, fields))
}

function sendTrailers (stream: ServerHttp2Stream, fields: Record<string, string[]>): void {
  try {
    stream.sendTrailers(fields)
  } catch {
    // Joined, they mean what they meant apart (RFC 9110 5.3).
    stream.sendTrailers(Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, values.join(', ')])))
  }
}
