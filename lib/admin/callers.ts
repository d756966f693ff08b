/** Maximum number of callers that are counted. */
const maxCallers = 200
/** Length of a counting period. `top()` covers the current period and the one before it. */
const periodMs = 150_000

interface Count {
  count: number
  /** The part of `count` that belongs to callers it has replaced. */
  excess: number
}

/**
 * Counts the callers that are seen most often, in the last few minutes. When there are too many, a new one replaces the one with the
 * lowest count and continues its count ("Space-Saving", Metwally et al. 2005), so frequent callers are never missed.
 */
export class Callers {
  #current = new Map<string, Count>()
  #before = new Map<string, Count>()
  #period = 0

  add (caller: string, now: number): void {
    this.#advance(now)
    const known = this.#current.get(caller)
    if (known !== undefined) known.count++
    else this.#current.set(caller, this.#room())
  }

  /** Returns the callers with the highest counts. The counts are lower bounds. */
  top (max: number, now: number): Array<{ readonly caller: string, readonly count: number }> {
    this.#advance(now)
    const sums = new Map<string, number>()
    for (const counts of [this.#before, this.#current]) {
      for (const [caller, { count, excess }] of counts) sums.set(caller, (sums.get(caller) ?? 0) + count - excess)
    }
    return Array.from(sums, ([caller, count]) => ({ caller, count })).sort((one, other) => other.count - one.count).slice(0, max)
  }

  /** Returns the count of a new caller. */
  #room (): Count {
    if (this.#current.size < maxCallers) return { count: 1, excess: 0 }
    let [lowest, count] = ['', Infinity]
    for (const [caller, each] of this.#current) if (each.count < count) [lowest, count] = [caller, each.count]
    this.#current.delete(lowest)
    return { count: count + 1, excess: count }
  }

  #advance (now: number): void {
    const period = Math.floor(now / periodMs)
    if (period <= this.#period) return
    this.#before = period === this.#period + 1 ? this.#current : new Map()
    this.#current = new Map()
    this.#period = period
  }
}
