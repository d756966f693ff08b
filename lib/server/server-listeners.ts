import type { FastifyInstance } from 'fastify'

// Touches: the listeners of others, which are removed and called later, and `emit` of the server, for upgrades. Gains: only one of them
// responds to a request. Without it, several would. It is public API, so `compatibility` does not turn it off. Node itself has no
// listeners for these events.

type Server = FastifyInstance['server']
type Emit = (event: string, ...args: unknown[]) => boolean

/** @returns a function that calls the removed listeners; `null` if there were none */
export function takeListeners (server: Server, event: string): ((...args: unknown[]) => void) | null {
  const listeners = server.listeners(event)
  server.removeAllListeners(event)
  return listeners.length === 0 ? null : (...args) => listeners.forEach((listener) => Reflect.apply(listener, server, args))
}

/** Whether a listener was added after the gateway's. */
export function hasMoreListeners (server: Server, event: string): boolean {
  return server.listenerCount(event) > 1
}

/**
 * Handles an event before the listeners of others, which stay on the server and may be added and removed at any time. They see the
 * server as it would be without the gateway: @fastify/http-proxy claims all upgrades while its listener is the only one.
 *
 * @param handle returns whether the event is not for the listeners of others
 */
export function interceptEvent<Args extends unknown[]> (server: Server, event: string, handle: (...args: Args) => boolean): void {
  const listener = handle as (...args: unknown[]) => boolean
  const hasOthers = server.listenerCount(event) > 0
  server.on(event, listener)
  if (hasOthers) return callBeforeOthers(server, event, listener)
  // Every request passes `emit`, so it stays as it is while there are no others.
  server.on('newListener', function onAdded (name) {
    if (name !== event) return
    server.off('newListener', onAdded)
    callBeforeOthers(server, event, listener)
  })
}

function callBeforeOthers (server: Server, event: string, listener: (...args: unknown[]) => boolean): void {
  const emit = server.emit as Emit
  const intercept: Emit = function (this: Server, name, ...args) {
    if (name !== event) return emit.call(this, name, ...args)
    if (listener(...args)) return true
    server.off(event, listener)
    try {
      return emit.call(this, name, ...args)
    } finally {
      server.on(event, listener)
    }
  }
  Object.assign(server, { emit: intercept })
}
