import type { Algorithm } from '../../types/index.ts'
import type { ResolvedProvider } from '../config/normalize-identity.ts'
import type { VerificationKey } from '../identity/verification-key.ts'
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
  checkClaims(claims, provider, Date.now())
  freeze(claims)
  return key
}

/** Deeply freezes claims, which all stages, hooks and resolvers share. It does not recurse: claims may be nested too deeply. */
function freeze (claims: object): void {
  const open: object[] = [claims]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const inner of Object.values(Object.freeze(next)) as unknown[]) if (typeof inner === 'object' && inner !== null) open.push(inner)
  }
}
