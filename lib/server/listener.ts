import { EventEmitter } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, Server as HttpServer, type Server } from 'node:http'
import { createSecureServer, type ServerHttp2Session } from 'node:http2'
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import type { ServerConfig } from '../../types/config-file.ts'
import type { ResolvedServer } from '../config/normalize-file.ts'
import { ClientConnections } from './client-connections.ts'
import { endBrokenSessions } from './http2-broken-clients.ts'
import { http2HeaderLimits } from './http2-limits.ts'
import { renewSessions } from './http2-lost-streams.ts'

// Touches: `emit` of `EventEmitter.prototype`, `close` of `net.Server.prototype`, Node's listener for `connection` of a server that
// never listens, and `shouldUpgradeCallback`. Gains: apps can be replaced while connections stay open, and requests in transit are
// served on shutdown. Without it, a reload would close all connections. Only the standalone gateway uses it. `compatibility` does
// not turn it off, because Node has no public way to hand a connection from one server to another.

/** The events that the listener passes on to an app's server. */
const events = ['request', 'upgrade', 'connect', 'checkContinue', 'checkExpectation', 'clientError'] as const

/** Milliseconds that an idle connection is kept: longer than load balancers keep theirs, so that they close it first. */
const keepAliveMs = 72_000

/** Milliseconds after which the listener stops accepting on shutdown, even if new connections keep arriving. */
const maxTakeOverMs = 500

type AnyServer = Server & Partial<Pick<TlsServer, 'setSecureContext'>> & {
  shouldUpgradeCallback?: (request: IncomingMessage) => boolean
  requireHostHeader?: boolean
  /** Node reads it for each new connection. */
  maxHeaderSize?: number
}

/** The server that clients connect to. Its requests go to one app at a time. */
export class Listener {
  readonly #server: AnyServer
  readonly #connections: ClientConnections
  #app: AnyServer

  /** @param onError called when a connection cannot be accepted */
  private constructor (server: AnyServer, app: AnyServer, onError: (error: Error) => void) {
    this.#server = server
    this.#app = app
    this.#connections = new ClientConnections(server)
    server.keepAliveTimeout = keepAliveMs
    // A slow upload is fine as long as it makes progress, which `timeouts.idle` checks.
    server.requestTimeout = 0
    // Node's own response to a request without a host has no body. The app refuses it.
    server.requireHostHeader = false
    server.on('error', onError)
    server.on('session', (session: ServerHttp2Session) => session.setTimeout(keepAliveMs, session.close.bind(session)))
    for (const event of events) server.on(event, (...args: unknown[]) => this.#emit(event, args))
    // Newer versions of Node call this before they emit `upgrade`.
    server.shouldUpgradeCallback = this.takesUpgrade.bind(this)
    this.switchTo(app)
  }

  /**
   * Emits an event on the app's server. Instrumentations replace `emit` of HTTP/1.1 servers, but not of HTTP/2 servers, so a
   * request has passed theirs already, and would get a second span.
   */
  #emit (event: typeof events[number], args: unknown[]): boolean {
    const server: object = this.#server
    const isInstrumented = server instanceof HttpServer || server instanceof HttpsServer
    return isInstrumented ? EventEmitter.prototype.emit.call(this.#app, event, ...args) : this.#app.emit(event, ...args)
  }

  /** @throws when the address cannot be used */
  static async listen (options: ResolvedServer, app: Server, onError: (error: Error) => void): Promise<Listener> {
    const { tls, http2, host, port } = options
    const server = tls === undefined
      ? createHttpServer()
      : http2 ? createHttp2Server(tls) : createHttpsServer(tls)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ port, host }, () => {
        server.off('error', reject)
        resolve()
      })
    })
    return new Listener(server, app, onError)
  }

  /** Accepts the connections in the backlog: the system would reset them when the socket stops listening. */
  async #takeWaiting (): Promise<void> {
    const end = performance.now() + maxTakeOverMs
    let before
    do {
      before = this.#connections.accepted
      await new Promise((resolve) => { setImmediate(resolve) })
    } while (this.#connections.accepted > before && performance.now() < end)
  }

  get address (): string {
    const { address, port, family } = this.#server.address() as AddressInfo
    return `${'setSecureContext' in this.#server ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  /** Uses another certificate for new connections. */
  renew (tls: NonNullable<ServerConfig['tls']>): void {
    this.#server.setSecureContext!(tls)
  }

  /** Limits the bytes of a request's head over HTTP/1.1, on new connections. */
  limitHeaders (bytes: number): void {
    this.#server.maxHeaderSize = bytes
  }

  /** Whether the app handles an upgrade. */
  takesUpgrade (request: IncomingMessage): boolean {
    return this.#app.shouldUpgradeCallback?.(request) ?? this.#app.listenerCount('upgrade') > 0
  }

  /** Sends new requests to another app. Requests in flight stay with theirs. */
  switchTo (app: Server): void {
    this.#app = app
    // An app that ignores an upgrade hands the connection back, to be read again here.
    for (const event of ['connection', 'secureConnection']) {
      app.removeAllListeners(event).on(event, (socket: Socket) => this.#server.emit(event, socket))
    }
  }

  /**
   * Accepts no more connections, and lets existing ones end.
   *
   * @param lingerMs milliseconds that an idle connection is kept, because a request may be in transit
   * @param limitMs milliseconds until the remaining connections are cut off
   */
  async close (lingerMs: number, limitMs: number): Promise<void> {
    await this.#takeWaiting()
    // `server.close()` would close idle connections at once, and lose requests in transit.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(this.#server, () => resolve()))
    this.#connections.closeSessions()
    const linger = setInterval(() => this.#closeIdle(), lingerMs)
    const limit = setTimeout(() => this.#connections.destroy(), limitMs)
    await closed
    clearInterval(linger)
    clearTimeout(limit)
  }

  /** A request whose head has begun to arrive still gets its response. */
  #closeIdle (): void {
    this.#server.closeIdleConnections?.()
    this.#connections.closeSessions()
    this.#connections.closeUnused()
  }
}

function createHttp2Server (tls: NonNullable<ServerConfig['tls']>): Server {
  const server = createSecureServer({ ...tls, ...http2HeaderLimits, allowHTTP1: true })
  renewSessions(server, http2HeaderLimits.maxSessionMemory)
  endBrokenSessions(server)
  return server as unknown as Server
}
