import type { Claims, IdentityProvider } from '../../types/index.ts'
import { tokenInvalid } from '../errors.ts'

// What the caller is told. Fixed sentences: nothing that a token says is repeated to anyone.
const expired = 'The token has expired.'
const notYet = 'The token is not valid yet.'
const missing = 'A claim is missing in the token.'
const notAccepted = 'A claim of the token is not accepted.'
const malformed = 'The token is malformed.'

/**
 * Holds the claims of a token whose signature is valid against what its provider asks for: `iss`, `exp` and what the
 * config names are required (RFC 8725 3.8, 3.9), a claim that is `null` is none, and times are finite numbers
 * (RFC 7519 2, 4.1).
 *
 * @param now milliseconds since 1970
 * @throws `TOKEN_INVALID`
 */
export function checkClaims (claims: Claims, provider: IdentityProvider, now: number): void {
  const { issuer, audiences, requiredClaims = [], clockToleranceSeconds: tolerance = 5, maxAgeSeconds } = provider
  demand(has(claims, 'iss') && has(claims, 'exp') && (audiences === undefined || has(claims, 'aud')), missing)
  demand((maxAgeSeconds === undefined || has(claims, 'iat')) && requiredClaims.every((name) => has(claims, name)), missing)

  const { iss, sub, jti, aud, exp, nbf, iat } = claims
  demand(isTime(exp) && isTime(nbf) && isTime(iat) && isText(sub) && isText(jti), malformed)
  const named: unknown[] = Array.isArray(aud) ? aud : [aud]
  demand(named.every(isText), malformed)

  const seconds = now / 1000
  demand(seconds >= Number(nbf ?? 0) - tolerance, notYet)
  demand(now <= expiryOf(claims, provider), expired)
  // A token from the future would be young for longer.
  demand(maxAgeSeconds === undefined || Number(iat) <= seconds + tolerance, malformed)
  demand(iss === issuer && (audiences === undefined || named.some((name) => audiences.includes(name as string))), notAccepted)
}

/** When a verified token ends, in milliseconds since 1970. */
export function expiryOf ({ exp, iat }: Claims, { clockToleranceSeconds = 5, maxAgeSeconds = Infinity }: IdentityProvider): number {
  return Math.min(Number(exp) + clockToleranceSeconds, Number(iat ?? Infinity) + maxAgeSeconds) * 1000
}

function demand (isSo: boolean, otherwise: string): void {
  if (!isSo) throw tokenInvalid({}, otherwise)
}

function has (claims: Claims, name: string): boolean {
  return Object.hasOwn(claims, name) && claims[name] !== null
}

/** `1e400` is a number to JSON and infinity to JavaScript. */
function isTime (value: unknown): boolean {
  return value === undefined || Number.isFinite(value)
}

function isText (value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}
