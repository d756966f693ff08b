import type { Claims, IdentityProvider } from '../../types/index.ts'
import { type Refusal, tokenInvalid } from '../errors.ts'
import type { VerificationKey } from '../identity/verification-key.ts'
import type { Jwt } from './jwt.ts'

/** What the caller is told. Fixed sentences: nothing that a token says is repeated to anyone. */
const reasons: Record<string, string> = {
  FAST_JWT_EXPIRED: 'The token has expired.',
  FAST_JWT_INACTIVE: 'The token is not valid yet.',
  FAST_JWT_INVALID_SIGNATURE: 'The signature of the token is not valid.',
  FAST_JWT_INVALID_CLAIM_VALUE: 'A claim of the token is not accepted.',
  FAST_JWT_MISSING_REQUIRED_CLAIM: 'A claim is missing in the token.'
}

/**
 * Verifies a token against the keys that it may have been signed with, and its claims against the provider.
 *
 * @param algorithm what the token says it is signed with, and the provider accepts
 * @throws `TOKEN_INVALID` whatever is wrong; the verifier's own error is the cause
 */
export function verifyToken (
  jwt: Jwt, token: string, algorithm: string, provider: IdentityProvider, keys: readonly VerificationKey[]
): Claims {
  let failure: Refusal | undefined
  for (const { pem } of keys.filter(({ algorithms }) => algorithms.some((fitting) => fitting === algorithm))) {
    try {
      return freeze(checkTimes(jwt.verify(token, { ...expectations(provider), algorithms: [algorithm], key: pem })))
    } catch (error) {
      const { code } = error as { code?: string }
      failure = tokenInvalid({ cause: error }, reasons[code ?? ''] ?? 'The token is malformed.')
    }
  }
  throw failure ?? tokenInvalid({}, 'The token is not signed with a key of its issuer.')
}

/** `iss`, `exp` and `aud` are checked only where they are present, so they are required too (RFC 8725 3.8, 3.9). */
function expectations ({ issuer, audiences, requiredClaims = [], clockToleranceSeconds = 5 }: IdentityProvider): object {
  return {
    allowedIss: issuer,
    ...audiences !== undefined && { allowedAud: [...audiences] },
    requiredClaims: ['iss', 'exp', ...audiences === undefined ? [] : ['aud'], ...requiredClaims],
    clockTolerance: clockToleranceSeconds * 1000
  }
}

/** `1e400` is a number to JSON and infinity to JavaScript: a token without end. */
function checkTimes (claims: Claims): Claims {
  for (const name of ['exp', 'nbf', 'iat']) {
    if (Object.hasOwn(claims, name) && !Number.isFinite(claims[name])) {
      throw new RangeError(`${name} is not a finite number`)
    }
  }
  return claims
}

/** Freezes claims all the way down: every stage, hook and resolver reads the same ones. */
function freeze<Value> (value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze)
  return Object.freeze(value)
}
