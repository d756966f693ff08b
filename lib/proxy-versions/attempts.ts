import type { Waiter } from './connection-queue.ts'
import type { Target } from './target.ts'
import type { Upstream } from './upstream.ts'

/** What an attempt says of its target: an error, a success, or nothing. */
export type Outcome = Error | 'succeeded' | null

/** The targets that one exchange tries, one after another. */
export class Attempts {
  /** The one being tried, or tried last. */
  target: Target | null = null
  /** How often the request is sent once more, also those times that are still waited for. */
  retries = 0
  /** It has given one of its connections. */
  isConnected = false
  readonly #upstream: Upstream
  readonly #waiter: Waiter
  readonly #tried: Target[] = []

  constructor (upstream: Upstream, waiter: Waiter) {
    this.#upstream = upstream
    this.#waiter = waiter
  }

  get count (): number {
    return this.#tried.length
  }

  /** A target for the next attempt: one that was not tried, or, unless it has to be, the best of all once more. */
  next (needsAnother: boolean): Target | null {
    return this.#upstream.pick(this.#tried) ?? (needsAnother ? null : this.#upstream.pick([]))
  }

  begin (target: Target): void {
    this.#tried.push(target)
    this.target = target
    target.enter(this.#waiter)
  }

  end (outcome: Outcome): void {
    if (this.isConnected) this.target!.leave(outcome)
    else this.target?.giveUp(this.#waiter)
    this.isConnected = false
  }
}
