import type { VerificationKey } from '../../identity/verification-key.ts'
import { fittingKeys, type KeySource } from './key-source.ts'

/** A source of keys from the config. */
export function fixedKeys (keys: readonly VerificationKey[]): KeySource {
  return {
    find: (hint) => fittingKeys(keys, hint),
    status: () => ({ keys: keys.map(({ kid, algorithms }) => ({ kid, algorithms })), lastRefresh: null, lastError: null })
  }
}
