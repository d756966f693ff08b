import type { RetryReason, UpstreamRetry } from '../../../types/index.ts'
import { normalizeRetry } from '../../config/normalize-upstream.ts'
import { isTimeout, isTransient } from '../upstream-errors.ts'

/** Share of the requests in flight that may be retries: more would overload a struggling upstream further. */
const budget = 0.2
/** Concurrent retries that are always allowed, so that a quiet gateway can retry at all. */
const minBudget = 3
/** Maximum delay of the first retry, in milliseconds. It doubles with each further one. */
const firstDelay = 25

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PROPFIND', 'QUERY'])

/** The properties of a request that decide whether it is retried. */
export interface RetryCandidate {
  method: string
  hasBody: boolean
  /** Attempts so far. */
  attempts: number
}

/** Limits the retries of an upstream. All its policies share it. */
export class RetryBudget {
  /** Retries so far. */
  made = 0
  /** Requests in flight. They count themselves. */
  inFlight = 0
  /** Those in flight that are retries. */
  retrying = 0

  get isSpent (): boolean {
    return this.retrying >= Math.max(minBudget, budget * this.inFlight)
  }
}

/** Decides which requests are retried, and when. An upstream has one policy, and rules may have their own. */
export class RetryPolicy {
  /** The reasons in the config. */
  readonly on: ReadonlySet<RetryReason | number>
  readonly budget: RetryBudget
  readonly #attempts: number
  readonly #maxDelay: number
  readonly #random: () => number
  readonly #now: () => number

  constructor ({ attempts, on, maxDelay }: Required<UpstreamRetry>, now: () => number, random = Math.random, budget = new RetryBudget()) {
    this.budget = budget
    this.#attempts = attempts
    // A stale connection also counts as a reset.
    this.on = new Set<RetryReason | number>(on.includes('reset') ? [...on, 'stale'] : on)
    this.#maxDelay = maxDelay
    this.#now = now
    this.#random = random
  }

  /** Returns a policy with the options of a rule, and the same budget. */
  with (options: UpstreamRetry): RetryPolicy {
    return new RetryPolicy(normalizeRetry(options), this.#now, this.#random, this.budget)
  }

  /**
   * Returns the milliseconds to wait before the retry; `null` for no retry.
   *
   * @param retryAfter value of the response's `Retry-After`
   */
  delay (reason: RetryReason | number, { method, hasBody, attempts }: RetryCandidate, retryAfter?: string): number | null {
    if (attempts > this.#attempts || !this.on.has(reason)) return null
    // An HTTP/2 connection that ends fails all its requests. That does not mean that the target is overloaded.
    if (reason !== 'stale' && this.budget.isSpent) return null
    if (reason === 'not-sent') return 0
    if (hasBody || !idempotent.has(method)) return null
    if (reason === 'stale') return 0
    if (retryAfter === undefined) return Math.min(this.#random() * firstDelay * 2 ** (attempts - 1), this.#maxDelay)
    const delay = this.#milliseconds(retryAfter)
    return delay <= this.#maxDelay ? delay : null
  }

  beginRetry (): void {
    this.budget.retrying++
    this.budget.made++
  }

  /** @param retries of a request that is over */
  endRetries (retries: number): void {
    this.budget.retrying -= retries
  }

  /** Parses seconds or a date (RFC 9110 10.2.3). Anything else prevents the retry. */
  #milliseconds (retryAfter: string): number {
    if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000
    // `Date.parse` also accepts `1.5` and `-1`.
    const date = /^[A-Z][a-z]+, .* GMT$/.test(retryAfter) ? Date.parse(retryAfter) : NaN
    return Number.isNaN(date) ? Infinity : Math.max(date - this.#now(), 0)
  }
}

/** Returns why a failed exchange is worth another attempt; `null` if another one would fail as well. */
export function retryReason (error: Error & { code?: string }, wasSent: boolean, isStale = false): RetryReason | null {
  if (!isTransient(error)) return null
  if (!wasSent) return 'not-sent'
  if (isStale) return 'stale'
  return isTimeout(error) ? 'timeout' : 'reset'
}
