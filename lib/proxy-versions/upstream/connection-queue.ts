import { waitedTooLong } from '../../transport/transport-errors.ts'
import { queueFull } from '../upstream-errors.ts'

/** Waits for a connection. One of the two methods is called. */
export interface Waiter {
  onConnection (): void
  onError (error: Error): void
}

/** Hands out a limited number of connections, first come, first served, with a bounded queue. */
export class ConnectionQueue {
  /** Connections in use. */
  taken = 0
  #limit: number
  readonly #maxQueued: number
  readonly #maxWaitMs: number
  readonly #onFull: () => Error
  readonly #waiting = new Map<Waiter, NodeJS.Timeout | undefined>()
  #isGiving = false

  /**
   * @param maxWaitMs in milliseconds, 0 = no limit
   * @param onFull makes the error if the queue is full
   */
  constructor (limit: number, maxQueued: number, maxWaitMs: number, onFull = queueFull) {
    this.#limit = limit
    this.#maxQueued = maxQueued
    this.#maxWaitMs = maxWaitMs
    this.#onFull = onFull
  }

  get isFull (): boolean {
    return this.taken >= this.#limit
  }

  /** Waiters in the queue. */
  get length (): number {
    return this.#waiting.size
  }

  enter (waiter: Waiter): void {
    if (this.taken < this.#limit) {
      this.taken++
      return waiter.onConnection()
    }
    if (this.length >= this.#maxQueued) return waiter.onError(this.#onFull())
    const onTimeout = (): void => {
      this.#waiting.delete(waiter)
      waiter.onError(waitedTooLong())
    }
    this.#waiting.set(waiter, this.#maxWaitMs > 0 ? setTimeout(onTimeout, this.#maxWaitMs) : undefined)
  }

  /** Takes a connection unless more than half would be in use then. @returns whether it did */
  enterSpare (): boolean {
    const isSpare = this.taken < Math.floor(this.#limit / 2)
    if (isSpare) this.taken++
    return isSpare
  }

  /** Removes a waiter from the queue, if it is still there. */
  giveUp (waiter: Waiter): void {
    clearTimeout(this.#waiting.get(waiter))
    this.#waiting.delete(waiter)
  }

  /** Returns a connection. */
  leave (): void {
    this.taken--
    if (this.#waiting.size > 0) this.#giveNext()
  }

  /** Changes the limit. Connections in use beyond it are kept. */
  resize (limit: number): void {
    this.#limit = limit
    this.#giveNext()
  }

  #giveNext (): void {
    // A waiter that fails at once calls this again. Without the flag, a long queue would overflow the stack.
    if (this.#isGiving) return
    this.#isGiving = true
    for (const waiter of this.#waiting.keys()) {
      if (this.isFull) break
      this.giveUp(waiter)
      this.taken++
      waiter.onConnection()
    }
    this.#isGiving = false
  }
}
