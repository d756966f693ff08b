import type { Algorithm } from '../../types/index.ts'
import type { ResolvedProvider } from '../config/normalize-identity.ts'
import type { VerificationKey } from '../identity/verification-key.ts'
import { deepFreeze } from '../shared/frozen-copy.ts'
import { checkClaims } from './check-claims.ts'
import type { UnverifiedToken } from './decode-token.ts'
import { invalidToken } from './invalid-token.ts'
import { isSigned } from './signature.ts'

/**
 * Verifies the signature of a token against candidate keys, and its claims against the provider.
 *
 * @returns the key that signed the token
 * @throws `TOKEN_INVALID`
 */
export function verifyToken (
  token: string, { hint: { alg, kid }, claims }: UnverifiedToken, provider: ResolvedProvider, keys: readonly VerificationKey[]
): VerificationKey {
  // All keys fit the algorithm, so it is a supported one.
  const key = keys.find((candidate) => isSigned(token, alg as Algorithm, candidate))
  if (key === undefined) throw invalidToken(keys.length === 0 ? 'key' : 'signature', kid === undefined ? {} : { found: `kid ${kid}` })
  checkClaims(claims, provider, provider.now())
  // All stages, hooks and resolvers share them.
  deepFreeze(claims)
  return key
}
