import type { Algorithm, IdentityProvider } from '../../types/index.ts'
import type { VerificationKey } from '../identity/verification-key.ts'
import { checkClaims } from './check-claims.ts'
import type { UnverifiedToken } from './decode-token.ts'
import { invalidToken } from './invalid-token.ts'
import { isSigned } from './signature.ts'

/**
 * Verifies a token against the keys that it may have been signed with, and its claims against the provider.
 *
 * @returns the key that it was signed with
 * @throws `TOKEN_INVALID` whatever is wrong
 */
export function verifyToken (
  token: string, { hint: { alg, kid }, claims }: UnverifiedToken, provider: IdentityProvider, keys: readonly VerificationKey[]
): VerificationKey {
  // The keys are those that fit it, so it is none of the unknown ones.
  const key = keys.find((candidate) => isSigned(token, alg as Algorithm, candidate))
  if (key === undefined) throw invalidToken(keys.length === 0 ? 'key' : 'signature', kid === undefined ? {} : { found: `kid ${kid}` })
  checkClaims(claims, provider, Date.now())
  freeze(claims)
  return key
}

/** Freezes claims all the way down: every stage, hook and resolver reads the same ones. They may be deeper than the stack. */
function freeze (claims: object): void {
  const open: object[] = [claims]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const inner of Object.values(Object.freeze(next)) as unknown[]) if (typeof inner === 'object' && inner !== null) open.push(inner)
  }
}
