import { type ClientHttp2Session, connect as openSession } from 'node:http2'
import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'

/** How much a target may send ahead of what is read, in bytes: on one stream, and on a connection. */
const windows = { stream: 262_144, connection: 1_048_576 }

/** One connection to a target, being made or in use. */
export class Http2Connection {
  /** `null`: the target does not offer HTTP/2. */
  readonly ready: Promise<ClientHttp2Session | null>
  /** Resolves when it was closed, or was none. */
  readonly over: Promise<unknown>
  /** Requests that it carries, or will when it is ready. */
  streams = 0
  #session: ClientHttp2Session | null = null
  #isRetired = false

  constructor (origin: URL, connect: buildConnector.connector) {
    this.ready = this.#open(origin, connect)
    this.over = this.ready.then((session) => session === null ? null : new Promise((resolve) => session.once('close', resolve))).catch(() => {})
  }

  /** Whether it takes requests. */
  get isUsable (): boolean {
    return !this.#isRetired && this.#session?.closed !== true && this.#session?.destroyed !== true
  }

  /** A request is over. */
  leave (): void {
    this.streams--
    this.#closeWhenIdle()
  }

  /** Has it finish what it carries, and end. */
  retire (): void {
    this.#isRetired = true
    this.#closeWhenIdle()
  }

  /** Node refuses to send requests that are still to be sent when a session is closed. */
  #closeWhenIdle (): void {
    if (this.#isRetired && this.streams === 0) this.#session?.close()
  }

  async #open (origin: URL, connect: buildConnector.connector): Promise<ClientHttp2Session | null> {
    const { host, hostname, protocol, port } = origin
    const socket = await new Promise<Socket>((resolve, reject) => {
      connect({ host, hostname: hostname.replace(/^\[|\]$/g, ''), protocol, port }, (...[error, connected]) => {
        if (error === null) resolve(connected)
        else reject(error)
      })
    })
    if (!('alpnProtocol' in socket) || socket.alpnProtocol !== 'h2') {
      socket.destroy()
      return null
    }
    const settings = { enablePush: false, initialWindowSize: windows.stream }
    const session = openSession(origin, { createConnection: () => socket, settings })
    // What was under way on it hears of it as well.
    session.on('error', () => {}).once('connect', () => session.setLocalWindowSize(windows.connection))
    this.#session = session
    this.#closeWhenIdle()
    return session
  }
}
