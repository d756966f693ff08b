import type { LimitRule, LimitState, LimitStore, LimitTake } from '../../types/limits.ts'
import { admits, type Counter, restore, stateOf } from './counter.ts'

interface Stored extends Counter {
  readonly rule: LimitRule
}

/** Maximum number of counters. */
const defaultMax = 100_000
/** Maximum number of counters that are examined to make room for a new one. */
const maxExamined = 32

/**
 * Counts in this process. When it is full, a counter that nothing was taken from is forgotten, or else the one with the largest share
 * left. An exhausted one is never forgotten: if all that are examined are exhausted, further callers share a counter.
 */
export class MemoryStore implements LimitStore {
  readonly #now: () => number
  readonly #max: number
  /** The earliest ones are examined first. */
  readonly #counters = new Map<string, Stored>()

  constructor (now: () => number = Date.now, max = defaultMax) {
    this.#now = now
    this.#max = max
  }

  get size (): number {
    return this.#counters.size
  }

  take (takes: readonly LimitTake[]): LimitState[] {
    const now = Math.floor(this.#now())
    // First, so that no counter of this request is forgotten.
    const hasRoom = this.#reserve(takes.length, now)
    const counters: Counter[] = []
    let isRefused = false
    for (const take of takes) {
      const counter = this.#counterOf(take, hasRoom, now)
      counters.push(counter)
      if (!take.rule.shadow && !admits(counter, take.rule, take.cost)) isRefused = true
    }
    return takes.map(({ rule, cost }, index) => {
      const counter = counters[index]!
      const isAllowed = admits(counter, rule, cost)
      if (!isRefused && isAllowed) counter.debt += cost * rule.periodMs
      return stateOf(counter, rule, cost, now, isAllowed)
    })
  }

  #counterOf ({ key, rule }: LimitTake, hasRoom: boolean, now: number): Counter {
    const known = this.#counters.get(key)
    if (known !== undefined) {
      restore(known, rule, now)
      return known
    }
    if (!hasRoom && key !== rule.name) return this.#counterOf({ key: rule.name, rule, cost: 1 }, hasRoom, now)
    const counter: Stored = { rule, debt: 0, at: 0 }
    restore(counter, rule, now)
    this.#counters.set(key, counter)
    return counter
  }

  /** Makes room for counters. @returns whether there is enough */
  #reserve (count: number, now: number): boolean {
    while (this.#counters.size + count > this.#max) if (!this.#makeRoom(now)) return false
    return true
  }

  /** Forgets a counter. @returns whether one could be forgotten */
  #makeRoom (now: number): boolean {
    let [best, leastUsed] = ['', 1]
    let examined = 0
    for (const [key, counter] of this.#counters) {
      if (examined++ === maxExamined) break
      const { rule } = counter
      restore(counter, rule, now)
      const used = admits(counter, rule, 1) ? counter.debt / (rule.burst * rule.periodMs) : 1
      if (used < leastUsed) [best, leastUsed] = [key, used]
      if (used === 0) break
      // The next search begins with others.
      this.#counters.delete(key)
      this.#counters.set(key, counter)
    }
    return leastUsed < 1 && this.#counters.delete(best)
  }
}
