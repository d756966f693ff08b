/** How long intervals are, and how many are kept. */
export interface IntervalOptions {
  /** Length of an interval in milliseconds. */
  readonly sliceMs: number
  readonly slices: number
  /** Maximum number of keys in one interval. Default: no limit. */
  readonly maxKeys?: number
}

/** Keeps a value for each key and each of the last intervals. Times are milliseconds since 1970. */
export class Intervals<Value> {
  readonly #options: Required<IntervalOptions>
  readonly #create: () => Value
  /** A ring buffer. `number` identifies the interval that an element holds. */
  readonly #ring: Array<{ readonly number: number, readonly values: Map<string, Value> }> = []

  constructor (options: IntervalOptions, create: () => Value) {
    this.#options = { maxKeys: Infinity, ...options }
    this.#create = create
  }

  /** Returns the value of a key in the current interval, and creates it on first use. Returns `undefined` beyond `maxKeys` keys. */
  at (key: string, now: number): Value | undefined {
    const { sliceMs, slices, maxKeys } = this.#options
    const number = Math.floor(now / sliceMs)
    const place = number % slices
    if (this.#ring[place]?.number !== number) this.#ring[place] = { number, values: new Map() }
    const { values } = this.#ring[place]!
    const known = values.get(key)
    if (known !== undefined || values.size >= maxKeys) return known
    const created = this.#create()
    values.set(key, created)
    return created
  }

  /** Returns the keys that have a value. */
  keys (now: number): string[] {
    return [...new Set(this.#recent(now).flatMap((values) => [...values?.keys() ?? []]))]
  }

  /** Returns the values of a key, the most recent last. */
  of (key: string, now: number): Array<Value | undefined> {
    return this.#recent(now).map((values) => values?.get(key))
  }

  #recent (now: number): Array<Map<string, Value> | undefined> {
    const { sliceMs, slices } = this.#options
    const first = Math.floor(now / sliceMs) - slices + 1
    return Array.from({ length: slices }, (_, index) => {
      const kept = this.#ring[(first + index) % slices]
      return kept?.number === first + index ? kept.values : undefined
    })
  }
}
