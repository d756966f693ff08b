import { waitedTooLong } from './transport-errors.ts'
import type { UpgradeHandler, UpstreamRequestOptions } from './upstream-handler.ts'

/** A request that waits for a stream. */
export interface QueuedRequest {
  readonly options: UpstreamRequestOptions
  readonly handler: UpgradeHandler
  /** A target has refused it once. */
  readonly isRepeated: boolean
}

/** The queue of requests that wait for a stream. */
export class Http2Queue {
  readonly #requests = new Map<QueuedRequest, NodeJS.Timeout | undefined>()
  readonly #maxWaitMs: number
  readonly #onTimeout: () => void

  /**
   * @param maxWaitMs in milliseconds, 0 = no limit
   * @param onTimeout called after a request has waited too long
   */
  constructor (maxWaitMs: number, onTimeout: () => void) {
    this.#maxWaitMs = maxWaitMs
    this.#onTimeout = onTimeout
  }

  get size (): number {
    return this.#requests.size
  }

  add (pending: QueuedRequest): void {
    this.#requests.set(pending, undefined)
  }

  /** Removes and returns the first request. */
  take (): QueuedRequest | undefined {
    const pending = this.#requests.keys().next().value
    if (pending !== undefined) this.#remove(pending)
    return pending
  }

  /** Fails all of them. */
  refuse (error: Error): void {
    for (const pending of [...this.#requests.keys()]) {
      this.#remove(pending)
      pending.handler.onError(error)
    }
  }

  /** Starts the timeout of all requests that have none yet. */
  limit (): void {
    if (this.#maxWaitMs === 0) return
    for (const [pending, timer] of this.#requests) {
      if (timer === undefined) this.#requests.set(pending, setTimeout(() => this.#expire(pending), this.#maxWaitMs))
    }
  }

  #expire (pending: QueuedRequest): void {
    this.#remove(pending)
    pending.handler.onError(waitedTooLong())
    this.#onTimeout()
  }

  #remove (pending: QueuedRequest): void {
    clearTimeout(this.#requests.get(pending))
    this.#requests.delete(pending)
  }
}
