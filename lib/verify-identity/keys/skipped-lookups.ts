import type { FastifyBaseLogger } from 'fastify'

/** Logs skipped lookups once per cooldown, with their number. Otherwise, forged tokens could flood the log. */
export class SkippedLookups {
  readonly #log: Pick<FastifyBaseLogger, 'error'>
  /** Number of those that are not in the log yet. */
  #skipped = 0
  #quietUntil = -Infinity

  constructor (log: Pick<FastifyBaseLogger, 'error'>) {
    this.#log = log
  }

  add (about: { provider: string, issuer: string }, now: number, cooldownMs: number): void {
    this.#skipped++
    if (now < this.#quietUntil) return
    this.#log.error({ ...about, skipped: this.#skipped }, 'looking up no more keys during the cooldown: too many tokens name keys that do not exist')
    this.#skipped = 0
    this.#quietUntil = now + cooldownMs
  }
}
