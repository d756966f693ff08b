import type { UpstreamOptions } from '../../types/index.ts'

type Options = NonNullable<NonNullable<UpstreamOptions['health']>['passive']>

/** What the exchanges with a target tell of it: failures in a row make it rest, then one exchange tries it. */
export class PassiveHealth {
  /** Failures in a row. */
  failed = 0
  readonly #failures: number
  readonly #cooldownMs: number
  readonly #now: () => number
  #restsUntil = 0

  constructor ({ failures = 5, cooldownMs = 10_000 }: Options, now: () => number) {
    this.#failures = failures
    this.#cooldownMs = cooldownMs
    this.#now = now
  }

  /** Whether it takes requests: it does not fail, or has rested and is due for one to try. */
  get isHealthy (): boolean {
    return this.failed < this.#failures || this.#now() >= this.#restsUntil
  }

  /** An exchange begins. A target that has rested gets this one to try, and rests on until it is over. */
  begin (): void {
    if (this.failed >= this.#failures) this.#rest()
  }

  end (succeeded: boolean): void {
    this.failed = succeeded ? 0 : this.failed + 1
    if (this.failed >= this.#failures) this.#rest()
  }

  takeOver (other: PassiveHealth): void {
    this.failed = other.failed
    this.#restsUntil = other.#restsUntil
  }

  #rest (): void {
    this.#restsUntil = this.#now() + this.#cooldownMs
  }
}
