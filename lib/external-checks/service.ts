import type { Dispatcher } from 'undici'
import type { UndiciDispatcher } from '../../types/index.ts'
import { normalizeUpstream } from '../config/normalize-upstream.ts'
import { ConnectionQueue } from '../proxy-versions/upstream/connection-queue.ts'
import { collectResponse, type CollectedResponse } from '../transport/collect-response.ts'
import { TargetConnections } from '../transport/transport.ts'

/** Longest body of a response that is passed on, in bytes. */
const maxResponseBytes = 65_536

/** Maximum number of requests that wait for a connection. */
const maxQueued = 1024

interface ServiceOptions {
  readonly url: string
  readonly timeoutMs: number
  readonly connections: number
  readonly dispatcher?: UndiciDispatcher
}

export interface ServiceRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** Alternating names and values. */
  readonly headers: string[]
  readonly body: Buffer | null
}

/** The connections to the service of a check. */
export class Service {
  readonly #timeoutMs: number
  /** Path of its URL, without a slash at the end. */
  readonly #base: string
  readonly #queue: ConnectionQueue
  readonly #connections: TargetConnections

  constructor ({ url, timeoutMs, connections, dispatcher }: ServiceOptions) {
    const { origin, pathname } = new URL(url)
    this.#timeoutMs = timeoutMs
    this.#base = pathname.replace(/\/$/, '')
    this.#queue = new ConnectionQueue(connections, maxQueued, timeoutMs)
    const upstream = normalizeUpstream({
      targets: origin, timeouts: { connect: timeoutMs, headers: timeoutMs }, ...dispatcher !== undefined && { dispatcher }
    })
    this.#connections = new TargetConnections(origin, upstream, () => performance.now(), () => {})
  }

  /**
   * Sends a request.
   *
   * @param signal ends it. Its reason becomes the error
   * @throws unless a complete response arrives in time. A body is only read up to 64 KiB
   */
  async send (request: ServiceRequest, signal: AbortSignal): Promise<CollectedResponse> {
    signal.throwIfAborted()
    const limit = new AbortController()
    const onAbort = (): void => limit.abort(signal.reason)
    const timer = setTimeout(() => limit.abort(new Error(`the service did not respond within ${this.#timeoutMs} ms`)), this.#timeoutMs)
    signal.addEventListener('abort', onAbort)
    try {
      return await this.#sendWithin(request, limit.signal)
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Ends all connections at once. */
  async close (): Promise<void> {
    await this.#connections.destroy()
  }

  async #sendWithin ({ method, target, headers, body }: ServiceRequest, signal: AbortSignal): Promise<CollectedResponse> {
    await this.#enter(signal)
    try {
      signal.throwIfAborted()
      // By default undici takes the name from `Host`, and opens a new connection whenever it changes.
      const options = { method: method as Dispatcher.HttpMethod, path: this.#base + target, headers, body, servername: 'target' }
      const limits = { signal, maxBytes: maxResponseBytes, isRepeatable: true }
      return await collectResponse((handler) => this.#connections.dispatch(options, handler), limits)
    } finally {
      this.#queue.leave()
    }
  }

  /** Waits for a connection. */
  async #enter (signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const waiter = { onConnection: resolve, onError: reject }
      signal.addEventListener('abort', () => {
        this.#queue.giveUp(waiter)
        const reason: Error = signal.reason
        reject(reason)
      }, { once: true })
      this.#queue.enter(waiter)
    })
  }
}
