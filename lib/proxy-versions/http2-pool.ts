import type { buildConnector, Dispatcher } from 'undici'
import { originOf } from './connection.ts'
import { Http2Connection } from './http2-connection.ts'
import { Http2Request, type Limits } from './http2-request.ts'
import type { UpgradeHandler, UpstreamPool } from './transport/upstream-handler.ts'

/** Requests that one connection carries at once, if the target allows as many (RFC 9113 6.5.2 recommends to). */
export const mostStreams = 100

interface Options {
  connect: buildConnector.connector
  limits: Limits
  /** For a target that does not offer HTTP/2. */
  http1: UpstreamPool
  /** Told how many requests a connection is good for. */
  onStreams: (perConnection: number) => void
}

/**
 * Connections to a target over HTTP/2, or over HTTP/1.1 when it does not offer that. undici's own client takes some
 * answers that were reset for complete ones, and breaks off what is under way when a connection is about to end.
 */
export class Http2Pool implements UpstreamPool {
  readonly #origin: URL
  readonly #options: Options
  readonly #connections = new Set<Http2Connection>()
  #isOffered = true
  #isClosing = false
  #mostStreams = mostStreams

  constructor (address: string, options: Options) {
    this.#origin = new URL(originOf(address))
    this.#options = options
  }

  dispatch (options: Dispatcher.DispatchOptions, handler: UpgradeHandler, isRepeated = false): void {
    const { http1, limits } = this.#options
    if (!this.#isOffered) {
      http1.dispatch(options, handler)
      return
    }
    const connection = this.#free() ?? this.#open()
    connection.streams++
    const repeat = isRepeated ? null : () => this.dispatch(options, handler, true)
    connection.ready.then((session) => {
      if (session === null) http1.dispatch(options, handler)
      else new Http2Request(session, handler, { ...limits, connection, repeat }).send(options, this.#origin.host)
    }).catch((error: Error) => {
      connection.leave()
      handler.onError(error)
    })
  }

  /** Waits for the requests under way. */
  async close (): Promise<void> {
    this.#isClosing = true
    for (const connection of this.#connections) connection.retire()
    // What one of them refuses is sent with another.
    while (this.#connections.size > 0) await Promise.all([...this.#connections].map(({ over }) => over))
    await this.#options.http1.close()
  }

  #free (): Http2Connection | undefined {
    return [...this.#connections].find(({ isUsable, streams }) => isUsable && streams < this.#mostStreams)
  }

  #open (): Http2Connection {
    const connection = new Http2Connection(this.#origin, this.#options.connect)
    this.#connections.add(connection)
    connection.over.then(() => this.#connections.delete(connection))
    connection.ready.then((session) => {
      this.#isOffered = session !== null
      if (session === null) return this.#options.onStreams(1)
      if (this.#isClosing) connection.retire()
      session.once('remoteSettings', ({ maxConcurrentStreams = mostStreams }) => {
        this.#mostStreams = Math.min(mostStreams, maxConcurrentStreams)
        this.#options.onStreams(this.#mostStreams)
      })
    }, () => {})
    return connection
  }
}
