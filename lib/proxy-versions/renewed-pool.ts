import type { Dispatcher } from 'undici'
import type { Handler } from './http2-request.ts'

interface Pool {
  dispatch (options: Dispatcher.DispatchOptions, handler: Handler & Dispatcher.DispatchHandler): unknown
  close (): Promise<void>
}

/**
 * Connections that are made anew when they have been used for some time, so that a changed DNS answer is followed.
 * undici's own `clientTtl` has a request wait without end when all connections are old, and remembers every
 * request that one which is still streaming outlasts.
 */
export class RenewedPool {
  readonly #make: () => Pool
  readonly #longestUse: number
  readonly #now: () => number
  #pool: Pool
  #since: number
  /** Those that only finish what is under way. */
  readonly #retired = new Set<Promise<void>>()

  /** @param longestUse in milliseconds */
  constructor (make: () => Pool, longestUse: number, now: () => number) {
    this.#make = make
    this.#longestUse = longestUse
    this.#now = now
    this.#pool = make()
    this.#since = now()
  }

  dispatch (options: Dispatcher.DispatchOptions, handler: Handler & Dispatcher.DispatchHandler): void {
    if (this.#now() - this.#since >= this.#longestUse) this.#renew()
    this.#pool.dispatch(options, handler)
  }

  /** Waits for the requests under way. */
  async close (): Promise<void> {
    await Promise.all([this.#pool.close(), ...this.#retired])
  }

  #renew (): void {
    const closed = this.#pool.close().finally(() => this.#retired.delete(closed))
    this.#retired.add(closed)
    this.#pool = this.#make()
    this.#since = this.#now()
  }
}
