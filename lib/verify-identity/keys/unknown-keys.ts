import { LRUCache } from 'lru-cache'
import { firstRetryMs } from './remote-keys.ts'

/** Maximum number of keys that are known not to exist. */
const maxRemembered = 1_000

interface Unknown {
  /** Milliseconds on the clock until the next lookup. */
  readonly until: number
  /** Why the lookup failed; `null` if there is no such key. */
  readonly error: string | null
  readonly failures: number
}

/** Keys that do not exist, or whose lookup fails. They are not looked up again for some time. */
export class UnknownKeys {
  cooldownMs = 0
  readonly #now: () => number
  readonly #all = new LRUCache<string, Unknown>({ max: maxRemembered })

  constructor (now: () => number) {
    this.#now = now
  }

  /** Returns the result of the last lookup of a key; `undefined` without one. */
  get (id: string): Unknown | undefined {
    return this.#all.get(id)
  }

  delete (id: string): void {
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
}
