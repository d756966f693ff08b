import { Client } from 'undici'
import type { ActiveHealth, UpstreamOptions } from '../../types/index.ts'
import { connectionOptions, originOf } from './connection.ts'
import { connectorTo } from './connector.ts'

/** Told of each result. `null`: it is well. */
type OnResult = (error: Error | null) => void

/**
 * Asks a target from time to time how it is. Each time it makes a connection of its own: it does not wait for one of a
 * busy target, sees whether one can be made, and finds the target where DNS has it now.
 */
export class HealthCheck {
  /** `unknown` until enough results of one kind have come in a row. */
  state: 'up' | 'down' | 'unknown' = 'unknown'
  readonly #options: Required<ActiveHealth>
  readonly #makeClient: () => Client
  readonly #host: string | undefined
  readonly #onResult: OnResult
  readonly #random: () => number
  #client: Client | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  /** Results of one kind in a row: successes count up from 0, failures down. */
  #row = 0

  constructor (address: string, upstream: UpstreamOptions, active: ActiveHealth, onResult: OnResult, random = Math.random) {
    this.#options = { intervalMs: 15_000, jitter: 0.1, timeoutMs: 5_000, failures: 2, successes: 2, ...active }
    const { host = 'target' } = upstream
    this.#host = host === 'target' || host === 'client' ? undefined : host
    const options = { ...connectionOptions(address, upstream), connect: connectorTo(address, upstream, upstream.http2) }
    this.#makeClient = () => new Client(originOf(address), options)
    this.#onResult = onResult
    this.#random = random
  }

  /** Asks now, and then again after each interval. */
  start (): void {
    this.#ask(this.#options.path).then(() => this.#onAnswer(null), this.#onAnswer)
  }

  /** Goes on with the results of another one, unless this one has come to its own. */
  takeOver (other: HealthCheck): void {
    if (this.state !== 'unknown') return
    this.state = other.state
  }

  async close (): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#client?.destroy()
  }

  readonly #onAnswer = (error: Error | null): void => {
    if (this.#isClosed) return
    const { intervalMs, jitter } = this.#options
    this.#timer = setTimeout(() => this.start(), intervalMs * (1 + jitter * (2 * this.#random() - 1))).unref()
    this.#count(error === null)
    this.#onResult(error)
  }

  async #ask (path: string): Promise<void> {
    const signal = AbortSignal.timeout(this.#options.timeoutMs)
    const headers = this.#host === undefined ? {} : { host: this.#host }
    const client = this.#client = this.#makeClient()
    try {
      const { statusCode, body } = await client.request({ method: 'GET', path, headers, signal, reset: true })
      await body.dump({ limit: 65_536, signal })
      if (statusCode < 200 || statusCode > 299) throw new Error(`health check answered ${statusCode}`)
    } finally {
      client.destroy(() => {})
    }
  }

  #count (isWell: boolean): void {
    this.#row = isWell ? Math.max(this.#row, 0) + 1 : Math.min(this.#row, 0) - 1
    if (this.#row >= this.#options.successes) this.state = 'up'
    if (-this.#row >= this.#options.failures) this.state = 'down'
  }
}
