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

  /** Returns the takes whose counters are exhausted, and their states. */
  find (takes: readonly LimitTake[]): Array<{ readonly take: LimitTake, readonly state: LimitState }> {
    if (this.#counters.size === 0) return []
    const now = this.#now()
    return takes.flatMap((take) => {
      const known = this.#counters.get(take.key)
      if (known === undefined || known.until <= now) return []
      return [{ take, state: { allowed: false, remaining: 0, retryAfterMs: known.until - now, resetMs: known.resetAt - now } }]
    })
  }
}
