import type { VerificationKey } from '../../identity/verification-key.ts'
import { fittingKeys, type KeyHint, type KeySource, type KeyStatus } from './key-source.ts'

/** A source of keys from the config. */
export function fixedKeys (keys: readonly VerificationKey[]) {
  return {
    find: (hint: KeyHint) => fittingKeys(keys, hint),
    status: (): KeyStatus => ({ keys: keys.map(({ kid, algorithms }) => ({ kid, algorithms })), lastRefresh: null, lastError: null })
  } satisfies KeySource
}
