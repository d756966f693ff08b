import { LRUCache } from 'lru-cache'
import type { VerificationKey } from '../identity/verification-key.ts'

/** Something that was verified, and what its being so depends on. */
export interface Verified<Value> {
  readonly value: Value
  /** The key that verified it. */
  readonly key: VerificationKey
  /** When it ends, in milliseconds since 1970. */
  readonly until: number
}

interface Bounds {
  /** Entries. */
  size: number
  bytes: number
}

/** What an entry takes besides its token: the claims as objects, about four times their text, and the entry itself. */
const claimsFactor = 4
const entryBytes = 512

/**
 * How much of a token's end it is looked up by, in characters; it counts only if the rest is the same too. It is the end
 * of a signature, which no other token has, and saves to hash the whole: a token is long.
 */
const endLength = 128

interface Entry<Value> extends Verified<Value> {
  readonly token: string
}

/** Remembers what verified tokens turned out to be, by the whole token. Failures are not remembered. */
export class TokenCache<Value> {
  readonly #entries: LRUCache<string, Entry<Value>>
  readonly #now: () => number

  constructor ({ size, bytes }: Bounds, now: () => number) {
    const sizeCalculation = ({ token }: Entry<Value>): number => token.length * (1 + claimsFactor) + entryBytes
    this.#entries = new LRUCache({ max: size, maxSize: bytes, sizeCalculation })
    this.#now = now
  }

  get (token: string): Value | undefined {
    const end = token.slice(-endLength)
    const entry = this.#entries.get(end)
    if (entry?.token !== token) return undefined
    if (entry.key.isCurrent && this.#now() < entry.until) return entry.value
    this.#entries.delete(end)
    return undefined
  }

  set (token: string, { value, key, until }: Verified<Value>): void {
    this.#entries.set(token.slice(-endLength), { token, value, key, until })
  }
}
