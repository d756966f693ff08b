import type { RolloutGroup } from '../../../types/index.ts'

/** The number of parts of a window. The oldest part is dropped as a whole. */
const parts = 20

/** Counts the requests of the last milliseconds. */
export class RequestWindow {
  readonly #partMs: number
  readonly #parts = Array.from({ length: parts }, () => ({ requests: 0, failed: 0 }))
  readonly #total = { requests: 0, failed: 0 }
  /** Number of the newest part, counted since 1970. */
  #newest = 0

  constructor (windowMs: number) {
    this.#partMs = windowMs / parts
  }

  add (isFailed: boolean, now: number): void {
    this.#advance(now)
    const part = this.#parts[this.#newest % parts]!
    part.requests++
    this.#total.requests++
    if (!isFailed) return
    part.failed++
    this.#total.failed++
  }

  totalAt (now: number): RolloutGroup {
    this.#advance(now)
    return Object.freeze({ ...this.#total })
  }

  /** Drops the parts that are too old. A clock that goes backward changes nothing. */
  #advance (now: number): void {
    const newest = Math.floor(now / this.#partMs)
    if (newest <= this.#newest) return
    for (let part = Math.max(this.#newest + 1, newest - parts + 1); part <= newest; part++) {
      const old = this.#parts[part % parts]!
      this.#total.requests -= old.requests
      this.#total.failed -= old.failed
      old.requests = old.failed = 0
    }
    this.#newest = newest
  }
}
