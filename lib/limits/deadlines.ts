interface Waiting {
  readonly until: number
  expire (): void
}

/** Limits how long requests wait. All wait equally long, so one timer serves them in order of arrival. */
export class Deadlines {
  readonly #ms: number
  readonly #waiting = new Set<Waiting>()
  #timer: NodeJS.Timeout | undefined

  constructor (ms: number) {
    this.#ms = ms
  }

  /** Calls `expire` unless the wait ends in time. @returns ends it */
  add (expire: () => void): () => void {
    const waiting = { until: performance.now() + this.#ms, expire }
    this.#waiting.add(waiting)
    this.#timer ??= setTimeout(this.#onTime, this.#ms)
    return () => { this.#waiting.delete(waiting) }
  }

  readonly #onTime = (): void => {
    this.#timer = undefined
    const now = performance.now()
    for (const waiting of this.#waiting) {
      // Timers may be up to a millisecond early.
      if (waiting.until > now + 1) {
        this.#timer = setTimeout(this.#onTime, waiting.until - now)
        return
      }
      this.#waiting.delete(waiting)
      waiting.expire()
    }
  }
}
