import type { VerificationKey } from '../identity/verification-key.ts'

/** What a token's header says of the key that signed it. Read before anything is verified. */
export interface KeyHint {
  readonly alg: string
  readonly kid: string | undefined
}

/** Where a provider's keys come from. */
export interface KeySource {
  /**
   * The keys that a token may have been signed with; none when the provider has no such key.
   *
   * @throws `KEYS_UNAVAILABLE` when the keys cannot be had
   */
  find (hint: KeyHint): readonly VerificationKey[] | Promise<readonly VerificationKey[]>
}
