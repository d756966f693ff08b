import { type ClientHttp2Session, connect as openSession } from 'node:http2'
import type { Socket } from 'node:net'
import { type buildConnector, errors } from 'undici'
import { endWhenBroken, isBroken } from '../server/upstream/http2-broken-session.ts'

/** Maximum concurrent streams per connection, if the target allows as many (RFC 9113 6.5.2 recommends at least 100). */
export const defaultMaxStreams = 100

/** Flow-control windows, in bytes: how much a target may send before the gateway has read it. */
const windows = { stream: 262_144, connection: 1_048_576 }

/** Fields of a response. Node resets responses with more than 128 by default; `maxResponseHeaderBytes` limits them instead. */
const maxHeaderPairs = 16_384
/** Bytes that each field counts in addition to its name and value (RFC 9113 6.5.2). */
const fieldOverhead = 32

/** Milliseconds that a target has to close an idle connection after the gateway has. */
const closeTimeout = 1_000

export interface ConnectionLimits {
  /** Milliseconds until the target must have sent its settings; 0 = no limit. */
  connectTimeout: number
  /** Milliseconds until an idle connection is closed. */
  keepAlive: number
  /** Bytes of the header fields of a response. */
  maxHeaderSize: number
}

/** The pool that owns a connection. */
interface Owner {
  /** The connection became ready, or its capacity changed. */
  onChange (): void
  /** A request of the connection has ended. */
  onLeave (): void
  /** The target has closed an idle connection, so it may have closed others too. */
  onStale (): void
  /** The target does not offer HTTP/2. */
  onRefused (connection: Http2Connection): void
  /** The connection takes no more requests and has none left. The error explains why it never became ready. */
  onEnd (connection: Http2Connection, error: Error | null): void
}

/** One HTTP/2 connection to a target, from the first attempt to open it. */
export class Http2Connection {
  /** `null` until the target has sent its settings. */
  session: ClientHttp2Session | null = null
  /** Requests in flight on this connection. */
  streams = 0
  /** Requests that the target allows at once. Every SETTINGS frame may change it (RFC 9113 6.5.2). */
  limit = defaultMaxStreams
  /** A request of this connection has ended. */
  isReused = false
  /** The target does not process streams with a higher id (RFC 9113 6.8). */
  lastStream = Infinity
  readonly #owner: Owner
  #socket: Socket | null = null
  readonly #keepAlive: number
  /** Runs since the last request ended. */
  #idle: NodeJS.Timeout | undefined
  #isRetired = false
  #hasEnded = false

  constructor (origin: URL, connect: buildConnector.connector, limits: ConnectionLimits, owner: Owner) {
    const { connectTimeout, keepAlive, maxHeaderSize } = limits
    this.#owner = owner
    this.#keepAlive = keepAlive
    const start = performance.now()
    const { host, hostname, protocol, port } = origin
    connect({ host, hostname: hostname.replace(/^\[|\]$/g, ''), protocol, port }, (...[error, socket]) => {
      if (error !== null) return this.#end(error)
      const timeLeft = connectTimeout === 0 ? 0 : Math.max(connectTimeout - (performance.now() - start), 1)
      if (!this.#hasEnded && 'alpnProtocol' in socket && socket.alpnProtocol === 'h2') {
        return this.#open(origin, socket, timeLeft, maxHeaderSize)
      }
      socket.destroy()
      if (this.#hasEnded) return
      this.#hasEnded = true
      owner.onRefused(this)
    })
  }

  /** Whether it accepts requests, now or as soon as it is ready. */
  get isUsable (): boolean {
    const { session } = this
    return !this.#isRetired && !this.#hasEnded && (session === null || !(session.closed || session.destroyed || isBroken(session)))
  }

  /** Whether it can take one more request now. */
  get hasRoom (): boolean {
    return this.session !== null && this.isUsable && this.streams < this.limit
  }

  /** One request has ended. */
  leave (): void {
    this.streams--
    this.isReused = true
    this.#closeWhenIdle()
    this.#limitIdle()
    this.#owner.onLeave()
  }

  onStale (): void {
    this.#owner.onStale()
  }

  /** Takes no more requests, and closes after the last one. */
  retire (): void {
    this.#isRetired = true
    this.#closeWhenIdle()
  }

  retireIfIdle (): void {
    if (this.session !== null && this.streams === 0) this.retire()
  }

  /** Ends the connection at once, without waiting for the target. */
  destroy (): void {
    this.session?.destroy()
    this.#socket?.destroy()
    this.#end(new errors.ClientDestroyedError('the connection is no longer needed'))
  }

  #open (origin: URL, socket: Socket, settingsTimeout: number, maxHeaderSize: number): void {
    const session = openSession(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: windows.stream, maxHeaderListSize: maxHeaderSize + fieldOverhead * maxHeaderPairs },
      maxHeaderListPairs: maxHeaderPairs
    })
    this.#socket = socket
    // The same error as in newer versions of Node.
    endWhenBroken(session, () => session.destroy(Object.assign(new Error('the target violated HTTP/2'), { code: 'ERR_HTTP2_ERROR' })))
    const late = settingsTimeout === 0
      ? undefined
      : setTimeout(() => {
        this.#end(new errors.ConnectTimeoutError('the target sent no HTTP/2 settings in time'))
        socket.destroy()
      }, settingsTimeout)
    let reason: Error | undefined
    // Node reports the error to each stream as well.
    session.on('error', (error) => { reason = error })
      .once('connect', () => session.setLocalWindowSize(windows.connection))
      .once('close', () => {
        clearTimeout(late)
        this.#end(this.session === null ? notHttp2(reason) : null)
      })
      // The session takes no new streams (RFC 9113 6.8). After an error code, Node ends it, otherwise it finishes its streams.
      .on('goaway', (_code, lastStream) => {
        this.lastStream = lastStream
        this.retire()
        this.#owner.onChange()
      })
      .on('remoteSettings', ({ maxConcurrentStreams = defaultMaxStreams }) => {
        clearTimeout(late)
        this.limit = Math.min(defaultMaxStreams, maxConcurrentStreams)
        if (!this.#hasEnded) this.session = session
        this.#closeWhenIdle()
        this.#owner.onChange()
        this.#limitIdle()
      })
  }

  /** Closes the connection if it stays idle. One timer serves all requests. */
  #limitIdle (): void {
    if (this.streams > 0 || this.#hasEnded) return
    this.#idle ??= setTimeout(() => this.retireIfIdle(), this.#keepAlive).unref()
    this.#idle.refresh()
  }

  /** Node does not send requests that are still queued when a session is closed, so this waits for them. */
  #closeWhenIdle (): void {
    if (!this.#isRetired || this.streams > 0 || this.#hasEnded) return
    if (this.session === null) return this.destroy()
    this.session.close()
    const socket = this.#socket!
    // A target may keep its side open, or hang.
    const wait = setTimeout(() => socket.destroy(), closeTimeout)
    socket.once('close', () => clearTimeout(wait))
    this.#end(null)
  }

  #end (error: Error | null): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    clearTimeout(this.#idle)
    this.#owner.onEnd(this, error)
  }
}

/** The cause shows whether the target sent something other than HTTP/2. `remedyOf` uses it. */
function notHttp2 (cause: Error | undefined): Error {
  const error = new errors.SocketError('the target ended the connection before it sent the settings that http2: true requires')
  return Object.assign(error, { hasNoSettings: true, cause })
}
