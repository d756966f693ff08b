import type { FastifyInstance } from 'fastify'

// Touches: the listeners of others, which are removed and called later. Gains: only one of them responds to a request. Without it,
// several would. It is public API, so `compatibility` does not turn it off. Node itself has no listeners for these events.

type Server = FastifyInstance['server']

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
