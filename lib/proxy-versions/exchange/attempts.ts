import { isServerError } from '../../stage/observation.ts'
import type { Waiter } from '../upstream/connection-queue.ts'
import type { Target } from '../upstream/target.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** The result of an attempt, for its target's health. `null` does not affect the health. */
export type Outcome = Error | 'succeeded' | null

/** The targets that one exchange tries, one after another. */
export class Attempts {
  /** The current target, or the last one. */
  target: Target | null = null
  /** Retries, including one that is still waiting for its delay. */
  retries = 0
  /** The current target has assigned a connection. */
  isConnected = false
  /** The current target has responded with a server error. */
  hasServerError = false
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

  /** The target of the next attempt: one that was not tried yet or, unless `needsAnother`, any. */
  next (needsAnother: boolean): Target | null {
    return this.#upstream.pick(this.#tried) ?? (needsAnother ? null : this.#upstream.pick([]))
  }

  begin (target: Target): void {
    this.#tried.push(target)
    this.target = target
    this.hasServerError = false
    target.enter(this.#waiter)
  }

  /** Notes the status of the current target's response. */
  responded (status: number): void {
    this.hasServerError = isServerError(status)
    this.target!.responded(status)
  }

  end (outcome: Outcome): void {
    if (this.isConnected) this.target!.leave(outcome === 'succeeded' && this.hasServerError ? 'server-error' : outcome)
    else this.target?.giveUp(this.#waiter)
    this.isConnected = false
  }
}
