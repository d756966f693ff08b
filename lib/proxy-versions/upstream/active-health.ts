import type { ResolvedUpstream } from '../../config/normalize-upstream.ts'
import { collectResponse } from '../../transport/collect-response.ts'
import { poolsTo } from '../../transport/transport.ts'
import type { UpstreamPool } from '../../transport/upstream-handler.ts'

/** Bytes of a response that are read. */
const maxBodyBytes = 65_536

type ActiveHealth = NonNullable<ResolvedUpstream['health']['active']>

/** Called with each result; `null` means healthy. */
type OnResult = (error: Error | null) => void

/**
 * Checks the health of a target at intervals, through the same transport as its requests. Each check opens its own
 * connection: it does not queue behind the requests to a busy target, it tests whether the target accepts connections, and
 * it follows DNS.
 */
export class ActiveHealthCheck {
  /** `unknown` until there are enough consecutive results of one kind. */
  state: 'up' | 'down' | 'unknown' = 'unknown'
  readonly #options: ActiveHealth
  readonly #makePool: () => UpstreamPool
  /** Alternating names and values. */
  readonly #headers: string[]
  readonly #onResult: OnResult
  readonly #random: () => number
  #pool: UpstreamPool | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  /** Consecutive results of one kind: positive for successes, negative for failures. */
  #row = 0

  constructor (address: string, upstream: ResolvedUpstream, active: ActiveHealth, onResult: OnResult, random = Math.random) {
    this.#options = active
    const { host } = upstream
    this.#headers = host === 'target' || host === 'client' ? [] : ['host', host]
    this.#makePool = poolsTo(address, upstream)
    this.#onResult = onResult
    this.#random = random
  }

  /** Checks now, and then after each interval. */
  start (): void {
    this.#ask().then(() => this.#onChecked(null), this.#onChecked)
  }

  /** Takes the state of another check, unless this one already has its own. */
  continueFrom (other: ActiveHealthCheck): void {
    if (this.state !== 'unknown') return
    this.state = other.state
  }

  async close (): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#pool?.destroy()
  }

  readonly #onChecked = (error: Error | null): void => {
    if (this.#isClosed) return
    const { intervalMs, jitter } = this.#options
    this.#timer = setTimeout(() => this.start(), intervalMs * (1 + jitter * (2 * this.#random() - 1))).unref()
    this.#count(error === null)
    this.#onResult(error)
  }

  async #ask (): Promise<void> {
    const { path, timeoutMs } = this.#options
    const pool = this.#pool = this.#makePool()
    const request = { method: 'GET', path, headers: this.#headers, body: null, reset: true } as const
    const limits = { signal: AbortSignal.timeout(timeoutMs), maxBytes: maxBodyBytes }
    try {
      const { status } = await collectResponse((handler) => pool.dispatch(request, handler), limits)
      if (status < 200 || status > 299) throw new Error(`health check returned ${status}`)
    } finally {
      pool.destroy().catch(() => {})
    }
  }

  #count (isWell: boolean): void {
    this.#row = isWell ? Math.max(this.#row, 0) + 1 : Math.min(this.#row, 0) - 1
    if (this.#row >= this.#options.successes) this.state = 'up'
    if (-this.#row >= this.#options.failures) this.state = 'down'
  }
}
