import type { ServerErrorLimit } from '../../../types/index.ts'

/** Not Implemented and HTTP Version Not Supported say something about the request (RFC 9110 15.6.2, 15.6.6), not about the target. */
const ofRequests = new Set([501, 505])

/**
 * Judges a target by the share of its responses that are server errors. While it rests, responses to earlier requests do
 * not count; then the response to one request, the trial, decides.
 */
export class ServerErrorRate {
  readonly #limit: Required<ServerErrorLimit>
  readonly #cooldownMs: number
  readonly #now: () => number
  #windowEnds = 0
  #responses = 0
  #errors = 0
  #restsUntil: number | null = null
  #isOnTrial = false

  constructor (limit: Required<ServerErrorLimit>, cooldownMs: number, now: () => number) {
    this.#limit = limit
    this.#cooldownMs = cooldownMs
    this.#now = now
  }

  /** Whether the target should get requests: it works, or it has rested and is due for a trial. */
  get isHealthy (): boolean {
    return this.#restsUntil === null || this.#now() >= this.#restsUntil
  }

  /** Milliseconds until the next trial; 0 if the target should get requests. */
  get restMs (): number {
    return this.isHealthy ? 0 : this.#restsUntil! - this.#now()
  }

  /** An exchange begins. For a target that has rested, this is the trial; it rests again until the trial ends. */
  begin (): void {
    if (this.#restsUntil === null || !this.isHealthy) return
    this.#rest()
    this.#isOnTrial = true
  }

  /** @returns the reason if the target has to rest from now on; otherwise `null` */
  add (status: number): Error | null {
    const isError = status >= 500 && !ofRequests.has(status)
    if (this.#restsUntil !== null) {
      if (this.#isOnTrial) this.#endTrial(isError)
      return null
    }
    this.#count(isError)
    const { minResponses, ratio } = this.#limit
    if (this.#responses < minResponses || this.#errors < this.#responses * ratio) return null
    this.#rest()
    return new Error(`${this.#errors} of ${this.#responses} responses were server errors`)
  }

  continueFrom (other: ServerErrorRate): void {
    this.#windowEnds = other.#windowEnds
    this.#responses = other.#responses
    this.#errors = other.#errors
    this.#restsUntil = other.#restsUntil
    this.#isOnTrial = other.#isOnTrial
  }

  #count (isError: boolean): void {
    const now = this.#now()
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + this.#limit.windowMs
      this.#responses = this.#errors = 0
    }
    this.#responses++
    if (isError) this.#errors++
  }

  #rest (): void {
    this.#restsUntil = this.#now() + this.#cooldownMs
  }

  #endTrial (isError: boolean): void {
    this.#isOnTrial = false
    if (isError) return this.#rest()
    this.#restsUntil = null
    // Counts of the time before must not make it rest again.
    this.#windowEnds = 0
  }
}
