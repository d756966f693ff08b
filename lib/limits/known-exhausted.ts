import { LRUCache } from 'lru-cache'
import type { LimitState, LimitTake } from '../../types/limits.ts'

/** Maximum number of counters. */
const max = 10_000

interface Exhausted {
  readonly until: number
  readonly resetAt: number
}

/** The counters of a remote store that this process knows to be exhausted, so that requests can be refused without a round trip. */
export class KnownExhausted {
  readonly #counters = new LRUCache<string, Exhausted>({ max })
  readonly #now: () => number

  constructor (now: () => number) {
    this.#now = now
  }

  learn (takes: readonly LimitTake[], states: readonly LimitState[]): void {
    takes.forEach(({ key, rule, cost }, index) => {
      const { allowed, retryAfterMs, resetMs } = states[index]!
      // A cheaper request might still be admitted.
      if (allowed || rule.shadow || cost > 1) return
      const now = this.#now()
      this.#counters.set(key, { until: now + retryAfterMs, resetAt: now + resetMs })
    })
  }

  /** Returns the states of counters; `null` unless one of them is exhausted. */
  find (takes: readonly LimitTake[]): LimitState[] | null {
    if (this.#counters.size === 0) return null
    const now = this.#now()
    const states = takes.map((take) => this.#stateOf(take, now))
    return states.some(({ allowed }) => !allowed) ? states : null
  }

  #stateOf ({ key }: LimitTake, now: number): LimitState {
    const known = this.#counters.get(key)
    if (known === undefined || known.until <= now) return { allowed: true, remaining: 0, retryAfterMs: 0, resetMs: 0 }
    return { allowed: false, remaining: 0, retryAfterMs: known.until - now, resetMs: known.resetAt - now }
  }
}
