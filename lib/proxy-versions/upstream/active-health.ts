import { Client } from 'undici'
import type { ActiveHealth, UpstreamOptions } from '../../../types/index.ts'
import { connectionOptions, originOf } from '../transport/undici-options.ts'
import { connectorTo } from '../transport/connector.ts'

/** Called with each result; `null` means healthy. */
type OnResult = (error: Error | null) => void

/**
 * Checks the health of a target at intervals. Each check opens its own connection: it does not queue behind the requests
 * to a busy target, it tests whether the target accepts connections, and it follows DNS.
 */
export class HealthCheck {
  /** `unknown` until there are enough consecutive results of one kind. */
  state: 'up' | 'down' | 'unknown' = 'unknown'
  readonly #options: Required<ActiveHealth>
  readonly #makeClient: () => Client
  readonly #host: string | undefined
  readonly #onResult: OnResult
  readonly #random: () => number
  #client: Client | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  /** Consecutive results of one kind: positive for successes, negative for failures. */
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

  /** Checks now, and then after each interval. */
  start (): void {
    this.#ask(this.#options.path).then(() => this.#onAnswer(null), this.#onAnswer)
  }

  /** Takes the state of another check, unless this one already has its own. */
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
