import type { UpgradeHandler, UpstreamPool, UpstreamRequestOptions } from './upstream-handler.ts'

/**
 * Replaces its connections after some time, so that DNS changes take effect. undici's own `clientTtl` makes a request
 * wait forever when all connections are old, and keeps every request in memory that a long stream outlasts.
 */
export class RotatingPool implements UpstreamPool {
  readonly #make: () => UpstreamPool
  readonly #maxUseMs: number
  readonly #now: () => number
  #pool: UpstreamPool
  #since: number
  #isClosed = false
  /** Pools that only finish their requests in flight. */
  readonly #retired = new Map<UpstreamPool, Promise<void>>()

  /** @param maxUseMs in milliseconds */
  constructor (make: () => UpstreamPool, maxUseMs: number, now: () => number) {
    this.#make = make
    this.#maxUseMs = maxUseMs
    this.#now = now
    this.#pool = make()
    this.#since = now()
  }

  dispatch (options: UpstreamRequestOptions, handler: UpgradeHandler): void {
    if (this.#isClosed) return this.#dispatchLate(options, handler)
    if (this.#now() - this.#since >= this.#maxUseMs) this.#renew()
    this.#pool.dispatch(options, handler)
  }

  /** Waits for the requests in flight. A request that is dispatched later is still served. */
  async close (): Promise<void> {
    this.#isClosed = true
    this.#retire(this.#pool)
    await Promise.all(this.#retired.values())
  }

  /** Ends all connections at once. */
  async destroy (): Promise<void> {
    this.#isClosed = true
    const pools = [this.#pool, ...this.#retired.keys()]
    await Promise.all(pools.map(async (pool) => await pool.destroy()))
  }

  #renew (): void {
    this.#retire(this.#pool)
    this.#pool = this.#make()
    this.#since = this.#now()
  }

  #dispatchLate (options: UpstreamRequestOptions, handler: UpgradeHandler): void {
    const pool = this.#make()
    pool.dispatch(options, handler)
    this.#retire(pool)
  }

  #retire (pool: UpstreamPool): void {
    this.#retired.set(pool, pool.close().finally(() => this.#retired.delete(pool)))
  }
}
