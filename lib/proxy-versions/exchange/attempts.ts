import { isServerError } from '../../stage/observation.ts'
import type { Waiter } from '../upstream/connection-queue.ts'
import type { Target } from '../upstream/target.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { circuitOpen } from '../upstream-errors.ts'

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
  /** Waits for one of the upstream's places; `null` without `maxInFlight`. */
  readonly #admission: Waiter | null
  #hasPlace = false
  readonly #upstream: Upstream
  readonly #waiter: Waiter
  readonly #tried: Target[] = []

  constructor (upstream: Upstream, waiter: Waiter) {
    this.#upstream = upstream
    this.#waiter = waiter
    this.#admission = upstream.places === null ? null : { onConnection: () => this.#enter(), onError: (error) => waiter.onError(error) }
  }

  get count (): number {
    return this.#tried.length
  }

  /** The target of the next attempt: one that was not tried yet or, unless `needsAnother`, any. */
  next (needsAnother: boolean): Target | null {
    return this.#upstream.pick(this.#tried) ?? (needsAnother ? null : this.#upstream.pick([]))
  }

  /** Begins the first attempt, as soon as the upstream has a place for it. */
  start (): void {
    if (this.#admission === null) this.#beginFirst()
    else this.#upstream.places!.enter(this.#admission)
  }

  #enter (): void {
    this.#hasPlace = true
    this.#beginFirst()
  }

  #beginFirst (): void {
    const target = this.#upstream.pick([])
    if (target === null) this.#waiter.onError(circuitOpen(this.#upstream.restMs))
    else this.begin(target)
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

  /** Ends the last attempt, and returns the place. */
  finish (outcome: Outcome): void {
    this.end(outcome)
    if (this.#hasPlace) this.#upstream.places!.leave()
    else if (this.#admission !== null) this.#upstream.places!.giveUp(this.#admission)
    this.#hasPlace = false
  }

  end (outcome: Outcome): void {
    if (this.isConnected) this.target!.leave(outcome === 'succeeded' && this.hasServerError ? 'server-error' : outcome)
    else this.target?.giveUp(this.#waiter)
    this.isConnected = false
  }
}
