import type { ServerHttp2Session } from 'node:http2'
import { Server as TlsServer } from 'node:tls'
import type { Server, Socket } from 'node:net'

/** One TCP connection of a client. */
interface Connection {
  readonly socket: Socket
  /** Carries HTTP: the same socket, or the one over it, as soon as the TLS handshake is complete. */
  carrier: Socket | null
  session: ServerHttp2Session | null
}

/**
 * The connections of a server. `closeIdleConnections` of Node only closes those that have carried a request, so that one which
 * never has (browsers open connections in advance) would keep the server open.
 */
export class ClientConnections {
  /** Number of connections accepted so far. */
  accepted = 0
  readonly #open = new Map<Socket, Connection>()
  /** The open connections by their addresses. */
  readonly #byAddress = new Map<string, Connection>()

  constructor (server: Server) {
    const isTls = server instanceof TlsServer
    server.on('connection', (socket: Socket) => {
      // `replayWithoutUpgrade` emits the event again for the same socket.
      if (!this.#open.has(socket)) this.#add(socket, isTls)
    })
    server.on('secureConnection', (carrier: Socket) => this.#update(carrier, { carrier }))
    server.on('session', (session: ServerHttp2Session) => this.#update(session.socket, { session }))
  }

  /** Closes connections that carry no request yet, or are in a TLS handshake, and those whose HTTP/2 session has ended. */
  closeUnused (): void {
    for (const { socket, carrier, session } of this.#open.values()) {
      const isUnused = session === null
        ? carrier === null || carrier.bytesRead === 0
        // Everything has been sent, and the client does not close its side.
        : session.destroyed && carrier?.writableFinished === true
      if (isUnused) socket.destroy()
    }
  }

  /** Makes HTTP/2 clients send no more requests on their connections, which end after the requests in flight (RFC 9113 6.8). */
  closeSessions (): void {
    for (const { session } of this.#open.values()) session?.close()
  }

  destroy (): void {
    for (const socket of this.#open.keys()) socket.destroy()
  }

  #add (socket: Socket, isTls: boolean): void {
    this.accepted++
    const address = addressOf(socket)
    // On a Unix socket there is no way to find the connection of a TLS socket, so each counts as in use.
    const connection = { socket, carrier: isTls && address !== null ? null : socket, session: null }
    this.#open.set(socket, connection)
    if (address !== null) this.#byAddress.set(address, connection)
    socket.once('close', () => {
      this.#open.delete(socket)
      if (address !== null && this.#byAddress.get(address) === connection) this.#byAddress.delete(address)
    })
  }

  #update (socket: Socket, values: Partial<Connection>): void {
    const address = addressOf(socket)
    const connection = address === null ? undefined : this.#byAddress.get(address)
    if (connection !== undefined) Object.assign(connection, values)
  }
}

/** Both addresses of a TCP connection. They link a TLS socket to its connection, which Node does not expose. */
function addressOf ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | null {
  return remotePort === undefined ? null : [remoteAddress, remotePort, localAddress, localPort].join(' ')
}
