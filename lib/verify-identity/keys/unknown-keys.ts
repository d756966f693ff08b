import { LRUCache } from 'lru-cache'
import { firstRetryMs } from './remote-keys.ts'

/** Maximum number of lookups within a cooldown that find no key. Otherwise, forged tokens could flood the source of keys. */
const mostLookups = 5

/** Maximum number of keys that are known not to exist. */
const mostRemembered = 1_000

interface Unknown {
  /** Milliseconds on the clock until the next lookup. */
  readonly until: number
  /** Why the lookup failed; `null` if there is no such key. */
  readonly error: string | null
  readonly failures: number
}

/** Limits how often keys are looked up that do not exist, or whose lookup fails. */
export class UnknownKeys {
  cooldownMs = 0
  readonly #now: () => number
  readonly #all = new LRUCache<string, Unknown>({ max: mostRemembered })
  #windowEnd = -Infinity
  /** Lookups in this window that have found no key, or have not ended yet. */
  #lookups = 0

  constructor (now: () => number) {
    this.#now = now
  }

  mayLookUp (id: string): boolean {
    const now = this.#now()
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + this.cooldownMs
      this.#lookups = 0
    }
    return this.#lookups < mostLookups && now >= (this.#all.get(id)?.until ?? -Infinity)
  }

  /** A lookup begins, after `mayLookUp`. */
  begin (): void {
    this.#lookups++
  }

  addFound (id: string): void {
    this.#all.delete(id)
    this.#lookups = Math.max(0, this.#lookups - 1)
  }

  addAbsent (id: string): void {
    this.#all.set(id, { until: this.#now() + this.cooldownMs, error: null, failures: 0 })
  }

  addFailed (id: string, error: string): void {
    const failures = this.#all.get(id)?.failures ?? 0
    const delayMs = Math.min(firstRetryMs * 2 ** failures, Math.max(this.cooldownMs, firstRetryMs))
    this.#all.set(id, { until: this.#now() + delayMs, error, failures: failures + 1 })
  }

  /**
   * Returns why a key is not available, and the time until its next lookup.
   *
   * @param lastError of any key: a key that was not looked up may exist
   */
  result (id: string, lastError: string | null): { error: string | null, waitMs: number } {
    const { error, until } = this.#all.get(id) ?? { error: lastError, until: this.#windowEnd }
    const end = this.#lookups < mostLookups ? until : Math.max(until, this.#windowEnd)
    return { error, waitMs: end - this.#now() }
  }
}
