import { LRUCache } from 'lru-cache'
import type { VerificationKey } from '../identity/verification-key.ts'

/** A verified value, and the conditions under which it stays valid. */
export interface Verified<Value> {
  readonly value: Value
  /** The key that verified it. */
  readonly key: VerificationKey
  /** Expiry, in milliseconds since 1970. */
  readonly until: number
  /** The clock of the expiry. */
  readonly now: () => number
}

interface Bounds {
  /** Entries. */
  size: number
  bytes: number
}

/** Estimated memory of an entry besides its token: the claims as objects take about four times their text. */
const claimsFactor = 4
const entryBytes = 512

/**
 * Characters at the end of a token that serve as the key; the whole token is compared afterwards. The end of a signature is
 * practically unique, and hashing it is cheaper than hashing a long token.
 */
const endLength = 128

interface Entry<Value> extends Verified<Value> {
  readonly token: string
}

/** Caches the results of verified tokens, by the whole token. Failures are not cached. */
export class TokenCache<Value> {
  readonly #entries: LRUCache<string, Entry<Value>>

  constructor ({ size, bytes }: Bounds) {
    const sizeCalculation = ({ token }: Entry<Value>): number => token.length * (1 + claimsFactor) + entryBytes
    this.#entries = new LRUCache({ max: size, maxSize: bytes, sizeCalculation })
  }

  get (token: string): Value | undefined {
    const end = token.slice(-endLength)
    const entry = this.#entries.get(end)
    if (entry?.token !== token) return undefined
    if (entry.key.isCurrent && entry.now() < entry.until) return entry.value
    this.#entries.delete(end)
    return undefined
  }

  set (token: string, { value, key, until, now }: Verified<Value>): void {
    this.#entries.set(token.slice(-endLength), { token, value, key, until, now })
  }
}
