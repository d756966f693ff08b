import { Http1Connection, type Http1Options } from './http1-connection.ts'
import type { UpgradeHandler, UpstreamPool, UpstreamRequestOptions } from './upstream-handler.ts'

/** HTTP/1.1 connections to a target, one per request in flight. The caller limits their number. */
export class Http1Pool implements UpstreamPool {
  readonly #origin: string
  readonly #options: Http1Options
  readonly #connections = new Set<Http1Connection>()
  /** Idle connections. The most recently used one is taken first, so that the others can time out. */
  readonly #free: Http1Connection[] = []

  constructor (origin: string, options: Http1Options) {
    this.#origin = origin
    this.#options = options
  }

  dispatch (options: UpstreamRequestOptions, handler: UpgradeHandler): void {
    const connection = this.#free.pop() ?? this.#open()
    connection.dispatch(options, handler)
  }

  async close (): Promise<void> {
    await Promise.all(Array.from(this.#connections, async (connection) => await connection.close()))
  }

  /** Ends its connections at once. */
  async destroy (): Promise<void> {
    await Promise.all(Array.from(this.#connections, async (connection) => await connection.destroy()))
  }

  #open (): Http1Connection {
    const connection = new Http1Connection(this.#origin, this.#options, this)
    this.#connections.add(connection)
    return connection
  }

  onFree (connection: Http1Connection): void {
    this.#free.push(connection)
  }

  onClosed (connection: Http1Connection): void {
    const index = this.#free.indexOf(connection)
    if (index === -1) return
    this.#free.splice(index, 1)
    this.onDiscarded(connection)
    connection.close().catch(() => {})
  }

  /** Drops all idle connections, so that a retry gets a new one. */
  onStale (): void {
    for (const connection of this.#free.splice(0)) {
      this.onDiscarded(connection)
      connection.close().catch(() => {})
    }
  }

  onDiscarded (connection: Http1Connection): void {
    this.#connections.delete(connection)
  }
}
