import type { Server, Socket } from 'node:net'

/** Milliseconds after the grace time until connections are cut, so that clients of aborted exchanges get the refusal. */
const longestGoodbye = 500

const known = new WeakMap<Server, ServerConnections>()

/**
 * Tracks the connections to an app's server. Neither Node nor Fastify ends a connection whose TLS handshake or request
 * is never completed, or an HTTP/2 session whose client has stopped reading, so `app.close()` would wait for the client.
 */
export class ServerConnections {
  readonly #sockets = new Set<Socket>()
  #limit: NodeJS.Timeout | undefined
  #closesAt = 0
  /** When the grace time of exchanges is over, if it has begun before the app closes (`performance.now()`). */
  graceEnd = Infinity

  static of (server: Server): ServerConnections {
    const connections = known.get(server) ?? new ServerConnections(server)
    known.set(server, connections)
    return connections
  }

  private constructor (server: Server) {
    server.on('connection', (socket: Socket) => {
      // `sendAgain` emits the event again for the same socket.
      if (this.#sockets.has(socket)) return
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    }).on('close', () => clearTimeout(this.#limit))
  }

  /** Milliseconds of a grace time that are left. */
  graceLeft (graceMs: number): number {
    return Math.max(Math.min(graceMs, this.graceEnd - performance.now()), 0)
  }

  /** Cuts off connections that are still open after the grace time (milliseconds). The longest one requested counts. */
  limitClose (graceMs: number): void {
    const closesAt = performance.now() + graceMs
    if (closesAt < this.#closesAt) return
    this.#closesAt = closesAt
    clearTimeout(this.#limit)
    this.#limit = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, graceMs + longestGoodbye)
  }

  endClose (): void {
    clearTimeout(this.#limit)
  }
}
