import type { VerificationKey } from '../identity/verification-key.ts'
import type { MaybePromise } from '../maybe-promise.ts'

/** What a token's header says of the key that signed it. Read before anything is verified. */
export interface KeyHint {
  readonly alg: string
  readonly kid: string | undefined
}

/** What is known of a provider's keys. */
export interface KeyStatus {
  readonly keys: ReadonlyArray<Pick<VerificationKey, 'kid' | 'algorithms'>>
  readonly lastRefresh: Date | null
  readonly lastError: string | null
  /** Since the start; of keys that are fetched. */
  readonly fetches?: { readonly succeeded: number, readonly failed: number }
}

/** Where a provider's keys come from. */
export interface KeySource {
  /**
   * The keys that a token may have been signed with; none when the provider has no such key.
   *
   * @throws `KEYS_UNAVAILABLE` when the keys cannot be had
   */
  find (hint: KeyHint): MaybePromise<readonly VerificationKey[]>
  status (): KeyStatus
}

/** Keys that a token without `kid` is tried against at most. */
const mostTried = 8

/**
 * The keys that fit a hint. Without a `kid` in the token, each that fits is tried; for a `kid` that no key has, the keys
 * without one are: an issuer may name its key in tokens only.
 */
export function fittingKeys (keys: readonly VerificationKey[], { alg, kid }: KeyHint): VerificationKey[] {
  const fitting = keys.filter((key) => key.algorithms.includes(alg))
  if (kid === undefined) return fitting.slice(0, mostTried)
  const named = fitting.filter((key) => key.kid === kid)
  return (named.length > 0 ? named : fitting.filter((key) => key.kid === undefined)).slice(0, mostTried)
}
