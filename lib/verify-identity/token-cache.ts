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

/** Remembers what verified tokens turned out to be, by the whole token. Failures are not remembered. */
export class TokenCache<Value> {
  readonly #entries: LRUCache<string, Verified<Value>>
  readonly #now: () => number

  constructor ({ size, bytes }: Bounds, now: () => number) {
    const sizeCalculation = (_: Verified<Value>, token: string): number => token.length * (1 + claimsFactor) + entryBytes
    this.#entries = new LRUCache({ max: size, maxSize: bytes, sizeCalculation })
    this.#now = now
  }

  get (token: string): Value | undefined {
    const entry = this.#entries.get(token)
    if (entry === undefined) return undefined
    if (entry.key.isCurrent && this.#now() < entry.until) return entry.value
    this.#entries.delete(token)
    return undefined
  }

  set (token: string, verified: Verified<Value>): void {
    this.#entries.set(token, verified)
  }
}
