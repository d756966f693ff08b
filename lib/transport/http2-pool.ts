import type { buildConnector } from 'undici'
import { originOf } from './undici-options.ts'
import { type ConnectionLimits, Http2Connection, defaultMaxStreams } from './http2-connection.ts'
import { Http2Request, type Limits } from './http2-request.ts'
import { type QueuedRequest, Http2Queue } from './http2-queue.ts'
import type { UpgradeHandler, UpstreamPool, UpstreamRequestOptions } from './upstream-handler.ts'

interface Options extends Pick<ConnectionLimits, 'keepAlive'> {
  connect: buildConnector.connector
  /** Maximum number of connections. */
  connections: number
  /** Milliseconds to open a connection, or to wait for a free stream. 0 = no limit. */
  connectTimeout: number
  limits: Limits
  /** Used for a target that does not offer HTTP/2. */
  http1: UpstreamPool
  /** Called with the number of requests that all connections together can carry at once, whenever it changes. */
  onCapacity: (requests: number) => void
}

/** Milliseconds until a connection that allows no streams is replaced. */
const maxRefusalMs = 10_000

/**
 * Connections to a target over HTTP/2, or over HTTP/1.1 if it does not offer HTTP/2. undici's own client reports some
 * reset responses as complete, and aborts requests in flight when the target announces the end of a connection.
 */
export class Http2Pool implements UpstreamPool {
  readonly #origin: URL
  readonly #options: Options
  readonly #connections = new Set<Http2Connection>()
  readonly #waiting: Http2Queue
  #isOffered = true
  #isClosing = false
  #capacity: number | null = null
  #isServing = false
  /** Runs while the target allows no streams at all. */
  #patience: NodeJS.Timeout | undefined
  #onIdle: () => void = () => {}

  constructor (address: string, options: Options) {
    this.#origin = new URL(originOf(address))
    this.#options = options
    this.#waiting = new Http2Queue(options.connectTimeout, () => this.#closeWhenIdle())
  }

  dispatch (options: UpstreamRequestOptions, handler: UpgradeHandler): void {
    this.#place(options, handler, false)
  }

  /** Waits for the requests in flight. */
  async close (): Promise<void> {
    this.#isClosing = true
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve
      this.#closeWhenIdle()
    })
    await this.#options.http1.close()
  }

  /** Ends all connections at once, without waiting for the target. */
  async destroy (): Promise<void> {
    this.#isClosing = true
    clearTimeout(this.#patience)
    for (const connection of this.#connections) connection.destroy()
    await this.#options.http1.destroy()
  }

  /** A connection became ready, or can carry more or fewer requests than before. */
  onChange (): void {
    this.#serve()
    this.#report()
  }

  /** A stream is free. */
  onLeave (): void {
    if (this.#waiting.size > 0 || this.#isClosing) this.#serve()
  }

  /** Drops all idle connections, so that a retry gets a new one. */
  onStale (): void {
    for (const connection of this.#usable()) connection.retireIfIdle()
  }

  onRefused (connection: Http2Connection): void {
    this.#connections.delete(connection)
    this.#isOffered = false
    for (let next = this.#waiting.take(); next !== undefined; next = this.#waiting.take()) {
      this.#options.http1.dispatch(next.options, next.handler)
    }
    this.onChange()
  }

  onEnd (connection: Http2Connection, error: Error | null): void {
    this.#connections.delete(connection)
    // Other usable connections may still get a free stream.
    if (error !== null && !this.#usable().some(({ limit }) => limit > 0)) this.#waiting.refuse(error)
    // After a failed attempt, the same requests do not open another connection.
    this.#serve(error === null)
    this.#report()
  }

  #place (options: UpstreamRequestOptions, handler: UpgradeHandler, isRepeated: boolean): void {
    if (!this.#isOffered) return this.#options.http1.dispatch(options, handler)
    const pending: QueuedRequest = { options, handler, isRepeated }
    const connection = this.#waiting.size === 0 ? this.#withRoom() : undefined
    if (connection !== undefined) return this.#send(connection, pending)
    this.#waiting.add(pending)
    this.#openMore()
    this.#limitWaits()
  }

  #send (connection: Http2Connection, { options, handler, isRepeated }: QueuedRequest): void {
    const repeat = isRepeated ? null : () => this.#place(options, handler, true)
    connection.streams++
    try {
      new Http2Request(connection.session!, handler, { ...this.#options.limits, connection, repeat }).send(options, this.#origin)
    } catch (error) {
      connection.leave()
      handler.onError(error as Error)
    }
  }

  /** Gives free streams to the requests that wait. */
  #serve (mayOpen = true): void {
    // A request that fails at once calls this again. Without the flag, a long queue would overflow the stack.
    if (this.#isServing) return
    this.#isServing = true
    for (let connection = this.#withRoom(); connection !== undefined && this.#waiting.size > 0; connection = this.#withRoom()) {
      this.#send(connection, this.#waiting.take()!)
    }
    this.#isServing = false
    if (mayOpen) this.#openMore()
    this.#limitWaits()
    this.#closeWhenIdle()
  }

  /** Opening a connection has its own time limit. Otherwise requests only wait for a free stream. */
  #limitWaits (): void {
    if (this.#waiting.size > 0 && this.#usable().every(({ session }) => session !== null)) this.#waiting.limit()
  }

  /** Opens as many connections as the waiting requests are likely to need. */
  #openMore (): void {
    if (!this.#isOffered) return
    const { connections, connect, limits: { maxHeaderSize }, ...timeouts } = this.#options
    const usable = this.#usable()
    const expected = this.#expectedLimit(usable)
    // A target that currently allows no streams would not allow any on further connections either.
    if (expected === 0) return
    const opening = usable.filter(({ session }) => session === null).length
    const needed = Math.ceil(this.#waiting.size / expected) - opening
    for (let i = Math.min(needed, connections - usable.length); i > 0; i--) {
      this.#connections.add(new Http2Connection(this.#origin, connect, { ...timeouts, maxHeaderSize }, this))
    }
  }

  #usable (): Http2Connection[] {
    return [...this.#connections].filter(({ isUsable }) => isUsable)
  }

  /** Estimates the streams of a new connection by the newest one that is ready. */
  #expectedLimit (usable: readonly Http2Connection[]): number {
    return usable.findLast(({ session }) => session !== null)?.limit ?? defaultMaxStreams
  }

  #withRoom (): Http2Connection | undefined {
    for (const connection of this.#connections) if (connection.hasRoom) return connection
    return undefined
  }

  #report (): void {
    const { connections, onCapacity } = this.#options
    const usable = this.#usable()
    const expected = this.#expectedLimit(usable)
    const carried = usable.reduce((sum, { session, limit }) => sum + (session === null ? expected : limit), 0)
    const capacity = this.#isOffered ? carried + Math.max(connections - usable.length, 0) * expected : connections
    if (capacity === this.#capacity || this.#isClosing) return
    this.#capacity = capacity
    clearTimeout(this.#patience)
    if (capacity === 0) this.#patience = setTimeout(this.#replaceUseless, maxRefusalMs).unref()
    onCapacity(capacity)
  }

  /** A target that vanished silently never allows a stream again. A new connection shows whether it did. */
  readonly #replaceUseless = (): void => {
    for (const connection of this.#connections) {
      if (connection.limit === 0) connection.retire()
    }
    this.onChange()
  }

  /** Waits for queued requests too: a request that the target refuses needs another connection. */
  #closeWhenIdle (): void {
    if (!this.#isClosing || this.#waiting.size > 0) return
    for (const connection of this.#connections) connection.retire()
    if (this.#connections.size === 0) this.#onIdle()
  }
}
