import { createHash } from 'node:crypto'

/** Random numbers that are reproducible for a seed and a name. */
export class Random {
  #state: number

  constructor (seed: number, name: string) {
    this.#state = createHash('sha256').update(`${seed} ${name}`).digest().readUInt32LE()
  }

  /** From 0 to just below 1 (mulberry32). */
  next (): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `from` to `to`. */
  between (from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  oneOf<Item> (items: readonly Item[]): Item {
    return items[this.between(0, items.length - 1)]!
  }

  /** True in one of this many cases. */
  oneIn (cases: number): boolean {
    return this.next() * cases < 1
  }
}
