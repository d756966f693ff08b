import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import { fieldLists } from './field-lists.ts'

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
  else response.destroy()
}

/** Writes what comes behind the body: pairs of name and value. */
export function addTrailers (response: Response, trailers: Array<[name: string, value: string]>): void {
  if (!('stream' in response)) return response.addTrailers(trailers)
  response.addTrailers(Object.fromEntries([...fieldLists(trailers.flat())].map(([name, { values }]) => [name, values])))
}
