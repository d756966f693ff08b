import { queueFull, waitedTooLong } from './failures.ts'

/** What waits for a connection: told when there is one, or why there is none. */
export interface Waiter {
  onConnection (): void
  onError (error: Error): void
}

/** Gives out a number of connections, first come, first served, with a bounded queue for those that wait. */
export class ConnectionQueue {
  /** Connections given out. */
  taken = 0
  /** How many there are. */
  #limit: number
  readonly #maxQueued: number
  readonly #longestWait: number
  readonly #waiting = new Map<Waiter, NodeJS.Timeout | undefined>()
  #isGiving = false

  /** @param longestWait in milliseconds, 0 = no limit */
  constructor (limit: number, maxQueued: number, longestWait: number) {
    this.#limit = limit
    this.#maxQueued = maxQueued
    this.#longestWait = longestWait
  }

  get isFull (): boolean {
    return this.taken >= this.#limit
  }

  /** How many wait. */
  get length (): number {
    return this.#waiting.size
  }

  enter (waiter: Waiter): void {
    if (!this.isFull) return this.#give(waiter)
    if (this.length >= this.#maxQueued) return waiter.onError(queueFull())
    const onTimeout = (): void => {
      this.#waiting.delete(waiter)
      waiter.onError(waitedTooLong())
    }
    this.#waiting.set(waiter, this.#longestWait > 0 ? setTimeout(onTimeout, this.#longestWait) : undefined)
  }

  /** For one that waits, or did: it gets no connection any more. */
  giveUp (waiter: Waiter): void {
    clearTimeout(this.#waiting.get(waiter))
    this.#waiting.delete(waiter)
  }

  /** For one that got a connection: gives it back. */
  leave (): void {
    this.taken--
    this.#giveNext()
  }

  /** There are more or fewer connections from here on. Those given out beyond the limit are kept. */
  resize (limit: number): void {
    this.#limit = limit
    this.#giveNext()
  }

  #giveNext (): void {
    // One that fails at once is back here before the next is given its own: a whole queue would be too deep a stack.
    if (this.#isGiving) return
    this.#isGiving = true
    for (const waiter of this.#waiting.keys()) {
      if (this.isFull) break
      this.giveUp(waiter)
      this.#give(waiter)
    }
    this.#isGiving = false
  }

  #give (waiter: Waiter): void {
    this.taken++
    waiter.onConnection()
  }
}
