interface PassiveOptions {
  /** Consecutive failures after which the target rests. */
  readonly failures: number
  readonly cooldownMs: number
}

/** Judges a target by its exchanges. After consecutive failures the target rests; then one exchange tries it. */
export class PassiveHealth {
  /** Consecutive failures. */
  failed = 0
  readonly #failures: number
  readonly #cooldownMs: number
  readonly #now: () => number
  #restsUntil = 0

  constructor ({ failures, cooldownMs }: PassiveOptions, now: () => number) {
    this.#failures = failures
    this.#cooldownMs = cooldownMs
    this.#now = now
  }

  /** Whether the target should get requests: it works, or it has rested and is due for a trial. */
  get isHealthy (): boolean {
    return this.failed < this.#failures || this.#now() >= this.#restsUntil
  }

  /** Milliseconds until the next trial; 0 if the target should get requests. */
  get restMs (): number {
    return this.isHealthy ? 0 : this.#restsUntil - this.#now()
  }

  /** An exchange begins. For a target that has rested, this is the trial; it rests again until the trial ends. */
  begin (): void {
    if (this.failed >= this.#failures) this.#rest()
  }

  end (succeeded: boolean): void {
    this.failed = succeeded ? 0 : this.failed + 1
    if (this.failed >= this.#failures) this.#rest()
  }

  continueFrom (other: PassiveHealth): void {
    this.failed = other.failed
    this.#restsUntil = other.#restsUntil
  }

  #rest (): void {
    this.#restsUntil = this.#now() + this.#cooldownMs
  }
}
