import { type Dispatcher, Pool } from 'undici'
import type { UpstreamOptions } from '../../types/index.ts'

/** One address of an upstream, with its connections and what is known of its health. */
export class Target {
  readonly address: string
  /** Exchanges under way. */
  pending = 0
  readonly #pool: Pool
  readonly #failures: number
  readonly #cooldownMs: number
  readonly #now: () => number
  #failed = 0
  #retryAt = 0

  constructor (address: string, { connections = 128, timeouts = {}, tls = {}, health = {} }: UpstreamOptions, now: () => number) {
    const { connect = 5_000, headers = 30_000, idle = 60_000 } = timeouts
    const socketPath = /^unix\+(https?):\/\/(\/.+)$/.exec(address)
    this.address = address
    this.#pool = new Pool(socketPath === null ? address : `${socketPath[1]}://localhost`, {
      connections,
      pipelining: 1,
      connect: { timeout: connect, ...tls, ...socketPath !== null && { socketPath: socketPath[2]! } },
      headersTimeout: headers,
      bodyTimeout: idle
    })
    this.#failures = health.passive?.failures ?? 5
    this.#cooldownMs = health.passive?.cooldownMs ?? 10_000
    this.#now = now
  }

  dispatch (options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#pool.dispatch(options, handler)
  }

  /** Whether it takes requests: it does not fail, or has rested and is due for one to try. */
  get isHealthy (): boolean {
    return this.#failed < this.#failures || this.#now() >= this.#retryAt
  }

  /** Begins an exchange. A target that has rested gets this one to try, and rests on until it is answered. */
  begin (): void {
    this.pending++
    if (this.#failed >= this.#failures) this.#retryAt = this.#now() + this.#cooldownMs
  }

  /** Ends an exchange. `null`: it says nothing of the target's health. */
  end (succeeded: boolean | null): void {
    this.pending--
    if (succeeded === null) return
    this.#failed = succeeded ? 0 : this.#failed + 1
    if (this.#failed >= this.#failures) this.#retryAt = this.#now() + this.#cooldownMs
  }

  async close (): Promise<void> {
    await this.#pool.close()
  }
}
