import { readFile } from 'node:fs/promises'
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, Server as NetServer } from 'node:net'
import { resolve } from 'node:path'
import type { ServerFile } from '../../types/index.ts'

/** What a server tells an app of. */
const events = ['request', 'upgrade', 'checkContinue', 'checkExpectation', 'clientError'] as const

/** Milliseconds that a connection is kept for another request: longer than load balancers keep theirs, so that they end it. */
const keepAliveMs = 72_000

type AnyServer = Server & { shouldUpgradeCallback?: (request: IncomingMessage) => boolean }

/** The server that clients reach, and whose requests go to one app at a time. */
export class Listener {
  readonly #server: AnyServer
  #app: AnyServer

  private constructor (server: AnyServer, app: AnyServer) {
    this.#server = server
    this.#app = app
    server.keepAliveTimeout = keepAliveMs
    for (const event of events) server.on(event, (...args: unknown[]) => this.#app.emit(event, ...args))
    // Newer versions of Node ask before they tell of an upgrade.
    server.shouldUpgradeCallback = this.takesUpgrade.bind(this)
  }

  /** @param folder where the files of `tls` are looked for @throws when they cannot be read, or nothing can listen there */
  static async listen ({ tls, http2 = false, host = '127.0.0.1', port = 8080 }: ServerFile, folder: string, app: Server): Promise<Listener> {
    const read = async (name: string): Promise<Buffer> => await readFile(resolve(folder, name))
    const pair = tls === undefined ? null : { cert: await read(tls.cert), key: await read(tls.key) }
    const server = pair === null
      ? createHttpServer()
      : http2 ? createSecureServer({ ...pair, allowHTTP1: true }) as unknown as Server : createHttpsServer(pair)
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen({ port, host }, resolve))
    return new Listener(server, app)
  }

  get address (): string {
    const { address, port, family } = this.#server.address() as AddressInfo
    return `${'setSecureContext' in this.#server ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  /** Whether the app has a use for an upgrade. */
  takesUpgrade (request: IncomingMessage): boolean {
    return this.#app.shouldUpgradeCallback?.(request) ?? this.#app.listenerCount('upgrade') > 0
  }

  /** From here on requests go to another app. Those under way stay where they are. */
  switchTo (app: Server): void {
    this.#app = app
  }

  /**
   * Takes no more connections, and lets those there are come to their end.
   *
   * @param lingerMs how long a connection may be silent that a request may be on its way on
   */
  async close (lingerMs: number): Promise<void> {
    // Node would end silent connections at once, and with them requests that are on their way.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(this.#server, () => resolve()))
    const linger = setTimeout(() => this.#server.closeIdleConnections?.(), lingerMs)
    await closed
    clearTimeout(linger)
  }

  /** Ends what is left. */
  destroy (): void {
    this.#server.closeAllConnections?.()
  }
}
