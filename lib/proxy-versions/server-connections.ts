import type { Server, Socket } from 'node:net'

/** Milliseconds between the end of the grace time, when exchanges are refused, and that of connections: so that clients get the refusal. */
const longestGoodbye = 500

const known = new WeakMap<Server, ServerConnections>()

/**
 * The connections to an app's server, from the first byte on. Neither Node nor Fastify ends a connection whose TLS
 * handshake or request never gets complete, or a session of HTTP/2 whose client does not read any more: `app.close()`
 * would wait for the client.
 */
export class ServerConnections {
  readonly #sockets = new Set<Socket>()
  #limit: NodeJS.Timeout | undefined
  #closesAt = 0

  static of (server: Server): ServerConnections {
    const connections = known.get(server) ?? new ServerConnections(server)
    known.set(server, connections)
    return connections
  }

  private constructor (server: Server) {
    server.on('connection', (socket: Socket) => {
      // A request that is read again has its connection announced again.
      if (this.#sockets.has(socket)) return
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    }).on('close', () => clearTimeout(this.#limit))
  }

  /** The server is closing. What is still open after the longest grace time that anybody asks for (milliseconds) is cut off. */
  limitClose (graceMs: number): void {
    const closesAt = performance.now() + graceMs
    if (closesAt < this.#closesAt) return
    this.#closesAt = closesAt
    clearTimeout(this.#limit)
    this.#limit = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, graceMs + longestGoodbye)
  }

  /** The server is closed. */
  endClose (): void {
    clearTimeout(this.#limit)
  }
}
