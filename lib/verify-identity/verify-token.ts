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
): { claims: Claims, key: VerificationKey } {
  const options = { ...expectations(provider), algorithms: [algorithm] }
  let failure: Refusal | undefined
  for (const key of keys) {
    try {
      const claims = jwt.verify(token, { ...options, key: key.material })
      checkTypes(claims, provider)
      return { claims: freeze(claims), key }
    } catch (error) {
      const { code } = error as { code?: string }
      // The key whose signature fits tells what is wrong; the others only that it is not theirs.
      if (failure === undefined || code !== 'FAST_JWT_INVALID_SIGNATURE') {
        failure = tokenInvalid({ cause: error }, reasons[code ?? ''] ?? 'The token is malformed.')
      }
    }
  }
  throw failure ?? tokenInvalid({}, 'The token is not signed with a key of its issuer.')
}

/** When a verified token ends, in milliseconds since 1970. */
export function expiryOf ({ exp, iat }: Claims, { clockToleranceSeconds = 5, maxAgeSeconds = Infinity }: IdentityProvider): number {
  return Math.min(Number(exp) + clockToleranceSeconds, Number(iat ?? Infinity) + maxAgeSeconds) * 1000
}

/** `iss`, `exp` and `aud` are checked only where they are present, so they are required too (RFC 8725 3.8, 3.9). */
function expectations ({ issuer, audiences, requiredClaims = [], clockToleranceSeconds = 5, maxAgeSeconds }: IdentityProvider): object {
  return {
    allowedIss: issuer,
    ...audiences !== undefined && { allowedAud: [...audiences] },
    // In seconds: @fastify/jwt makes milliseconds of it, but not of the tolerance.
    ...maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds },
    requiredClaims: [
      'iss', 'exp', ...audiences === undefined ? [] : ['aud'], ...maxAgeSeconds === undefined ? [] : ['iat'], ...requiredClaims
    ],
    clockTolerance: clockToleranceSeconds * 1000
  }
}

/** What fast-jwt leaves: `1e400` is a number to JSON and infinity to JavaScript; `null` is no claim (RFC 7519 4.1). */
function checkTypes (claims: Claims, { requiredClaims = [], maxAgeSeconds = Infinity, clockToleranceSeconds = 5 }: IdentityProvider): void {
  for (const name of ['exp', 'nbf', 'iat']) {
    if (Object.hasOwn(claims, name) && !Number.isFinite(claims[name])) throw new RangeError(`${name} is not a finite number`)
  }
  for (const name of requiredClaims) {
    if (!Object.hasOwn(claims, name) || claims[name] === null) throw new RangeError(`${name} is required`)
  }
  const { iss, sub, jti, aud, iat } = claims
  const texts = [iss, sub, jti, ...Array.isArray(aud) ? aud as unknown[] : [aud]]
  if (texts.some((text) => text !== undefined && typeof text !== 'string')) throw new TypeError('iss, sub, jti or aud is not a text')
  // A token from the future would be young for longer.
  if (maxAgeSeconds < Infinity && Number(iat) > Date.now() / 1000 + clockToleranceSeconds) throw new RangeError('iat is in the future')
}

/** Freezes claims all the way down: every stage, hook and resolver reads the same ones. */
function freeze<Value> (value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze)
  return Object.freeze(value)
}
