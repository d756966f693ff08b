import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import { createSecureServer, type ServerHttp2Session } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import type { ServerFile } from '../../types/index.ts'
import { http2HeaderLimits } from '../server/http2-limits.ts'
import { renewSessions } from '../server/http2-lost-streams.ts'

/** What a server tells an app of. */
const events = ['request', 'upgrade', 'checkContinue', 'clientError'] as const

/** Milliseconds that a connection is kept for another request: longer than load balancers keep theirs, so that they end it. */
const keepAliveMs = 72_000

/** Milliseconds that connections are still taken when no more are wanted, should there always be another one. */
const longestTakingMs = 500

type AnyServer = Server & Partial<Pick<TlsServer, 'setSecureContext'>> & { shouldUpgradeCallback?: (request: IncomingMessage) => boolean }

/** The server that clients reach, and whose requests go to one app at a time. */
export class Listener {
  readonly #server: AnyServer
  readonly #sockets = new Set<Socket>()
  readonly #sessions = new Set<ServerHttp2Session>()
  /** Connections so far. */
  #taken = 0
  #app: AnyServer

  /** @param onError told of connections that cannot be taken */
  private constructor (server: AnyServer, app: AnyServer, onError: (error: Error) => void) {
    this.#server = server
    this.#app = app
    server.keepAliveTimeout = keepAliveMs
    // An upload may take its time: `timeouts.idle` sees that it goes on.
    server.requestTimeout = 0
    server.on('error', onError)
    server.on('connection', (socket: Socket) => {
      this.#taken++
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    server.on('session', (session: ServerHttp2Session) => {
      this.#sessions.add(session)
      session.once('close', () => this.#sessions.delete(session)).setTimeout(keepAliveMs, session.close.bind(session))
    })
    for (const event of events) server.on(event, (...args: unknown[]) => this.#app.emit(event, ...args))
    // Newer versions of Node ask before they tell of an upgrade.
    server.shouldUpgradeCallback = this.takesUpgrade.bind(this)
    this.switchTo(app)
  }

  /** @throws when nothing can listen there */
  static async listen (options: ServerFile, app: Server, onError: (error: Error) => void): Promise<Listener> {
    const { tls, http2 = false, host = '127.0.0.1', port = 8080 } = options
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

  /** Takes the connections that wait to be taken: the system would reset them when nobody listens any more. */
  async #takeWaiting (): Promise<void> {
    const end = performance.now() + longestTakingMs
    let before
    do {
      before = this.#taken
      await new Promise((resolve) => { setImmediate(resolve) })
    } while (this.#taken > before && performance.now() < end)
  }

  get address (): string {
    const { address, port, family } = this.#server.address() as AddressInfo
    return `${'setSecureContext' in this.#server ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  /** Shows another certificate to connections that come from here on. */
  renew (tls: NonNullable<ServerFile['tls']>): void {
    this.#server.setSecureContext!(tls)
  }

  /** Whether the app has a use for an upgrade. */
  takesUpgrade (request: IncomingMessage): boolean {
    return this.#app.shouldUpgradeCallback?.(request) ?? this.#app.listenerCount('upgrade') > 0
  }

  /** From here on requests go to another app. Those under way stay where they are. */
  switchTo (app: Server): void {
    this.#app = app
    // What an app hands back, because it has no use for an upgrade, is read here again.
    for (const event of ['connection', 'secureConnection']) {
      app.removeAllListeners(event).on(event, (socket: Socket) => this.#server.emit(event, socket))
    }
  }

  /**
   * Takes no more connections, and lets those there are come to their end.
   *
   * @param lingerMs how long a connection may be silent that a request may be on its way on
   * @param limitMs until all that is left is cut off
   */
  async close (lingerMs: number, limitMs: number): Promise<void> {
    await this.#takeWaiting()
    // Node would end silent connections at once, and with them requests that are on their way.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(this.#server, () => resolve()))
    for (const session of this.#sessions) session.close()
    const linger = setInterval(() => this.#server.closeIdleConnections?.(), lingerMs)
    const limit = setTimeout(() => { for (const socket of this.#sockets) socket.destroy() }, limitMs)
    await closed
    clearInterval(linger)
    clearTimeout(limit)
  }
}

function createHttp2Server (tls: NonNullable<ServerFile['tls']>): Server {
  const server = createSecureServer({ ...tls, ...http2HeaderLimits, allowHTTP1: true })
  renewSessions(server, http2HeaderLimits.maxSessionMemory)
  return server as unknown as Server
}
