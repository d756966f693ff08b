import { hash } from 'node:crypto'

/** The number of keys in each of the two generations that are remembered, and the maximum length of a key. Clients may choose keys. */
const limits = { keys: 5_000, length: 256 }

/**
 * Gives each key a fixed place from 0 to 1 (exclusive): the first 32 bits of SHA-256 of the salt, a NUL and the key. Another salt
 * shuffles the keys. A digest takes a microsecond, so the places of recent keys are remembered.
 */
export class Places {
  readonly #salt: string
  #recent = new Map<string, number>()
  #earlier: ReadonlyMap<string, number> = new Map()

  constructor (salt: string) {
    this.#salt = salt
  }

  of (key: string): number {
    const known = this.#recent.get(key)
    if (known !== undefined) return known
    const place = this.#earlier.get(key) ?? placeOf(this.#salt, key)
    if (key.length > limits.length) return place
    if (this.#recent.size >= limits.keys) {
      this.#earlier = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(key, place)
    return place
  }
}

function placeOf (salt: string, key: string): number {
  return Number.parseInt(hash('sha256', `${salt}\0${key}`, 'hex').slice(0, 8), 16) / 2 ** 32
}

/** Converts a place to a bucket: a percentage, rounded down to 0.01. */
export function bucketOf (place: number): number {
  return Math.floor(place * 10_000) / 100
}
