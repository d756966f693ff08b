import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { isCompatible } from '../shared/compatibility.ts'

// Touches: `_httpMessage` of a socket, read only: the response that Node writes to it. Gains: nothing has to be done for each
// request. Without it, with `compatibility`, a listener for `request` keeps the responses of each connection instead. Nothing is lost.

type ServerSocket = Duplex & { _httpMessage?: ServerResponse | null }

/** The responses of each connection that are not complete yet, in order. Only kept with `compatibility`. */
const pending = new WeakMap<Duplex, ServerResponse[]>()

/** Notes the response to a request, for `pendingResponse`. Only needed with `compatibility`. */
export function recordPending ({ socket }: IncomingMessage, response: ServerResponse): void {
  const all = pending.get(socket) ?? []
  pending.set(socket, all)
  all.push(response)
  const end = (): void => {
    const index = all.indexOf(response)
    if (index !== -1) all.splice(index, 1)
  }
  response.once('finish', end).once('close', end)
}

/** Returns the response in progress on a connection, or `null`. */
export function pendingResponse (socket: ServerSocket): ServerResponse | null {
  return isCompatible ? pending.get(socket)?.[0] ?? null : socket._httpMessage ?? null
}

/** Whether a request on the connection has no complete response yet. */
export function isBusy (socket: Duplex): boolean {
  return pendingResponse(socket) !== null
}
