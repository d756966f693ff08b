import type { Server } from 'node:net'
import { ClientConnections } from './client-connections.ts'

/** Milliseconds from the end of the grace period until connections are destroyed, so that clients of aborted exchanges get the refusal. */
const maxGoodbyeMs = 500

const known = new WeakMap<Server, ServerConnections>()

/**
 * Tracks the connections to an app's server. Neither Node nor Fastify ends a connection whose TLS handshake or request
 * is never completed, or an HTTP/2 session whose client has stopped reading, so `app.close()` would wait for the client.
 */
export class ServerConnections {
  readonly #connections: ClientConnections
  #limit: NodeJS.Timeout | undefined
  #closesAt = 0
  /** When the grace period of exchanges ends, if it has begun before the app closes (`performance.now()`). */
  graceEnd = Infinity

  static of (server: Server): ServerConnections {
    const connections = known.get(server) ?? new ServerConnections(server)
    known.set(server, connections)
    return connections
  }

  private constructor (server: Server) {
    this.#connections = new ClientConnections(server)
    server.on('close', () => clearTimeout(this.#limit))
  }

  /** The remaining milliseconds of a grace period. */
  graceLeft (graceMs: number): number {
    return Math.max(Math.min(graceMs, this.graceEnd - performance.now()), 0)
  }

  /**
   * Closes connections without a request, and destroys those that are still open after the grace period (milliseconds). The
   * longest one requested counts.
   */
  limitClose (graceMs: number): void {
    this.#connections.closeUnused()
    const closesAt = performance.now() + graceMs
    if (closesAt < this.#closesAt) return
    this.#closesAt = closesAt
    clearTimeout(this.#limit)
    this.#limit = setTimeout(() => this.#connections.destroy(), graceMs + maxGoodbyeMs)
  }

  endClose (): void {
    clearTimeout(this.#limit)
  }
}
