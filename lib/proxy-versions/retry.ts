import type { RetryReason, UpstreamRetry } from '../../types/index.ts'
import { isTimeout, isTransient } from './failures.ts'

/** Part of the requests under way that may be retries: more would make a struggling upstream's trouble worse. */
const budget = 0.2
/** Retries that are always allowed, so that a quiet gateway can make one. */
const smallestBudget = 3
/** Longest wait before a first retry, in milliseconds. Doubled for each further one. */
const firstDelay = 25

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PROPFIND', 'QUERY'])

/** What of a request decides on its retry. */
export interface Attempted {
  method: string
  hasBody: boolean
  /** How often it was sent. */
  attempts: number
}

/** Decides what may be sent once more, and when. One for all requests of an upstream. */
export class RetryPolicy {
  /** Retries so far. */
  made = 0
  readonly #attempts: number
  readonly #on: ReadonlySet<RetryReason>
  readonly #maxDelay: number
  readonly #random: () => number
  readonly #now: () => number
  #underWay = 0
  #retrying = 0

  constructor ({ attempts = 1, on = ['not-sent', 'stale'], maxDelay = 1_000 }: UpstreamRetry, now: () => number, random = Math.random) {
    this.#attempts = attempts
    // A connection that turns out to be closed is one that broke.
    this.#on = new Set(on.includes('reset') ? [...on, 'stale'] : on)
    this.#maxDelay = maxDelay
    this.#now = now
    this.#random = random
  }

  /** Whether something may be a reason at all. */
  isReason (reason: RetryReason | number): boolean {
    return this.#on.has(reason as RetryReason)
  }

  /**
   * How long to wait before the request is sent once more, in milliseconds; `null`: it is not.
   *
   * @param retryAfter what the answer says of it
   */
  delay (reason: RetryReason | number, { method, hasBody, attempts }: Attempted, retryAfter?: string): number | null {
    if (attempts > this.#attempts || !this.isReason(reason) || !this.#hasBudget) return null
    if (reason === 'not-sent') return 0
    if (hasBody || !idempotent.has(method)) return null
    if (reason === 'stale') return 0
    if (retryAfter === undefined) return Math.min(this.#random() * firstDelay * 2 ** (attempts - 1), this.#maxDelay)
    const delay = this.#milliseconds(retryAfter)
    return delay <= this.#maxDelay ? delay : null
  }

  /** A request begins. */
  begin (): void {
    this.#underWay++
  }

  /** A request is sent once more. */
  beginRetry (): void {
    this.#retrying++
    this.made++
  }

  /** A request is over. @param retries how often it was sent once more */
  end (retries: number): void {
    this.#underWay--
    this.#retrying -= retries
  }

  get #hasBudget (): boolean {
    return this.#retrying < Math.max(smallestBudget, budget * this.#underWay)
  }

  /** Seconds, or a date (RFC 9110 10.2.3). What is neither asks for more than anybody waits. */
  #milliseconds (retryAfter: string): number {
    if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000
    // `Date.parse` takes `1.5` and `-1` for dates as well.
    const date = /^[A-Z][a-z]+, .* GMT$/.test(retryAfter) ? Date.parse(retryAfter) : NaN
    return Number.isNaN(date) ? Infinity : Math.max(date - this.#now(), 0)
  }
}

/** What makes a failed exchange worth another attempt; `null`: another one would fail as well. */
export function reasonOf (error: Error & { code?: string }, wasSent: boolean, isStale = false): RetryReason | null {
  if (!isTransient(error)) return null
  if (!wasSent) return 'not-sent'
  if (isStale) return 'stale'
  return isTimeout(error) ? 'timeout' : 'reset'
}
