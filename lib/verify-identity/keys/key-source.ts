import type { VerificationKey } from '../../identity/verification-key.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'

/** The header parameters of an unverified token that select its key. */
export interface KeyHint {
  readonly alg: string
  readonly kid: string | undefined
}

/** The status of a provider's keys. */
export interface KeyStatus {
  readonly keys: ReadonlyArray<Pick<VerificationKey, 'kid' | 'algorithms'>>
  readonly lastRefresh: Date | null
  readonly lastError: string | null
  readonly onDemand?: boolean
  /** Number of fetches since the start. Absent for keys in the config. */
  readonly fetches?: { readonly succeeded: number, readonly failed: number }
}

/** A source of a provider's keys. */
export interface KeySource {
  /**
   * Returns the candidate keys for a token. The list is empty if no key matches.
   *
   * @param issuer the `iss` of the token
   * @throws `KEYS_UNAVAILABLE` when the keys could not be fetched
   */
  find (hint: KeyHint, issuer: string): MaybePromise<readonly VerificationKey[]>
  status (): KeyStatus
}

/** Maximum number of keys that are tried for one token. */
const maxTried = 8

/**
 * Returns the keys that fit a hint. For a token without `kid`, all keys with its algorithm fit. For an unknown `kid`, keys
 * without a `kid` fit: an issuer may name its key only in tokens.
 */
export function fittingKeys (keys: readonly VerificationKey[], { alg, kid }: KeyHint): VerificationKey[] {
  const fitting = keys.filter((key) => key.algorithms.includes(alg))
  if (kid === undefined) return fitting.slice(0, maxTried)
  const named = fitting.filter((key) => key.kid === kid)
  return (named.length > 0 ? named : fitting.filter((key) => key.kid === undefined)).slice(0, maxTried)
}

/** A source of keys from the config. */
export function fixedKeys (keys: readonly VerificationKey[]) {
  return {
    find: (hint: KeyHint) => fittingKeys(keys, hint),
    status: (): KeyStatus => ({ keys: keys.map(({ kid, algorithms }) => ({ kid, algorithms })), lastRefresh: null, lastError: null })
  } satisfies KeySource
}
