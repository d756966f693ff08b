import { LRUCache } from 'lru-cache'

/** Maximum number of lookups within a cooldown that find no key. Otherwise, forged tokens could flood the source of keys. */
const mostLookups = 5

/** Maximum number of issuers with a budget of their own. */
const mostIssuers = 1_000

/** Limits the lookups that find no key. */
export class LookupBudget {
  #windowEnd = -Infinity
  /** Lookups in this window that have found no key. */
  #spent = 0
  #inFlight = 0
  /** Wakes those that wait for a lookup to end. */
  #wake: Array<() => void> = []

  isSpentAt (now: number, cooldownMs: number): boolean {
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + cooldownMs
      this.#spent = 0
    }
    return this.#spent >= mostLookups
  }

  /** The time from which lookups are possible again; `-Infinity` if they are now. */
  get spentUntil (): number {
    return this.#spent < mostLookups ? -Infinity : this.#windowEnd
  }

  /** Whether the lookups in flight may use up the budget, so that another one has to wait. */
  get isBusy (): boolean {
    return this.#inFlight > 0 && this.#spent + this.#inFlight >= mostLookups
  }

  /** Waits until a lookup in flight has ended. */
  async next (): Promise<void> {
    await new Promise<void>((resolve) => { this.#wake.push(resolve) })
  }

  begin (): void {
    this.#inFlight++
  }

  /** Ends a lookup that has begun. */
  end (hasFound: boolean): void {
    this.#inFlight--
    if (!hasFound) this.#spent++
    for (const wake of this.#wake.splice(0)) wake()
  }
}

/**
 * The budget of each issuer, so that forged tokens of one do not affect the others. Anyone can make up a tenant of a template,
 * so tenants without a key share one budget.
 */
export class LookupBudgets {
  /** The issuers in the config, except for templates. */
  listed: ReadonlySet<string> = new Set()
  readonly #shared = new LookupBudget()
  readonly #own = new LRUCache<string, LookupBudget>({ max: mostIssuers })

  of (issuer: string): LookupBudget {
    return this.#own.get(issuer) ?? (this.listed.has(issuer) ? this.admit(issuer) : this.#shared)
  }

  /** Gives an issuer its own budget, because it has a key. */
  admit (issuer: string): LookupBudget {
    const budget = this.#own.get(issuer) ?? new LookupBudget()
    this.#own.set(issuer, budget)
    return budget
  }
}
