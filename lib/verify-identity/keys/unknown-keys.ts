import { LRUCache } from 'lru-cache'
import { firstRetryMs } from './remote-keys.ts'

/** Maximum number of lookups within a cooldown that find no key. Otherwise, forged tokens could flood the source of keys. */
const maxLookups = 5

/** Maximum number of keys that are known not to exist. */
const maxRemembered = 1_000

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
  readonly #all = new LRUCache<string, Unknown>({ max: maxRemembered })
  #windowEnd = -Infinity
  /** Lookups in this window that have found no key. */
  #spent = 0
  #inFlight = 0
  /** Wakes those that wait for a lookup to end. */
  #wake: Array<() => void> = []

  constructor (now: () => number) {
    this.#now = now
  }

  mayLookUp (id: string): boolean {
    const now = this.#now()
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + this.cooldownMs
      this.#spent = 0
    }
    return this.#spent < maxLookups && now >= (this.#all.get(id)?.until ?? -Infinity)
  }

  /** Whether the lookups in flight may use up the limit, so that another one has to wait. */
  get isBusy (): boolean {
    return this.#inFlight > 0 && this.#spent + this.#inFlight >= maxLookups
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

  addFound (id: string): void {
    this.#all.delete(id)
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
    const end = this.#spent < maxLookups ? until : Math.max(until, this.#windowEnd)
    return { error, waitMs: end - this.#now() }
  }
}
