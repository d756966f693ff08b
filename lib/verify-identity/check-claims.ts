import type { ClaimPath, Claims } from '../../types/index.ts'
import type { ResolvedProvider } from '../config/normalize-identity.ts'
import { unacceptedClaim } from '../identity/accepted-claims.ts'
import { claimNames, readClaim } from '../identity/claim-path.ts'
import { invalidToken, type TokenCheck } from './invalid-token.ts'

/**
 * Checks the claims of a token whose signature is valid. `iss`, `exp` and the claims that the config names are required
 * (RFC 8725 3.8, 3.9), `null` counts as absent, and times must be finite numbers (RFC 7519 2, 4.1).
 *
 * @param now milliseconds since 1970
 * @throws `TOKEN_INVALID`
 */
export function checkClaims (claims: Claims, provider: ResolvedProvider, now: number): void {
  const { audiences, requiredClaims, clockToleranceSeconds: tolerance, maxAgeSeconds, claims: accepted } = provider
  const required = ['iss', 'exp', ...audiences === undefined ? [] : ['aud'], ...maxAgeSeconds === undefined ? [] : ['iat'], ...requiredClaims]
  for (const path of required) demand(has(claims, path), 'missing-claim', claimNames(path).join('.'))

  const { sub, jti, aud, exp, nbf, iat } = claims
  demand(isTime(exp) && isTime(nbf) && isTime(iat) && isText(sub) && isText(jti), 'malformed')
  const named: unknown[] = Array.isArray(aud) ? aud : isAbsent(aud) ? [] : [aud]
  demand(named.every((name) => typeof name === 'string'), 'malformed')

  const seconds = now / 1000
  demand(seconds >= Number(nbf ?? 0) - tolerance, 'not-before', 'nbf', nbf, () => `${Math.floor(seconds)} (now) or earlier`)
  const isOver = Number(exp) + tolerance < seconds
  demand(now <= expiryOf(claims, provider), 'expired', isOver ? 'exp' : 'iat', isOver ? exp : iat, () => isOver
    ? `${Math.floor(seconds)} (now) or later`
    : `at most ${maxAgeSeconds} seconds before ${Math.floor(seconds)} (now)`)
  // An `iat` in the future would extend the maximum age.
  demand(maxAgeSeconds === undefined || Number(iat) <= seconds + tolerance, 'malformed', 'iat', iat, () => `${Math.floor(seconds)} (now) or earlier`)
  demand(audiences === undefined || named.some((name) => audiences.includes(name as string)), 'audience', 'aud', aud, audiences)
  const refused = accepted === undefined ? undefined : unacceptedClaim(claims, accepted)
  if (refused === undefined) return
  throw invalidToken('claim', { claim: refused.names.join('.'), found: readClaim(claims, refused.names), expected: refused.values })
}

/** Expiry of a verified token, in milliseconds since 1970. */
export function expiryOf ({ exp, iat }: Claims, { clockToleranceSeconds, maxAgeSeconds = Infinity }: ResolvedProvider): number {
  return Math.min(Number(exp) + clockToleranceSeconds, Number(iat ?? Infinity) + maxAgeSeconds) * 1000
}

function demand (isSo: boolean, check: TokenCheck, claim?: string, found?: unknown, expected?: readonly string[] | (() => string)): void {
  if (isSo) return
  if (claim === undefined) throw invalidToken(check)
  if (expected === undefined) throw invalidToken(check, { claim })
  throw invalidToken(check, { claim, found, expected: typeof expected === 'function' ? expected() : expected })
}

function has (claims: Claims, path: ClaimPath): boolean {
  return !isAbsent(readClaim(claims, claimNames(path)))
}

/** JSON allows `1e400`, which is infinity in JavaScript. */
function isTime (value: unknown): boolean {
  return isAbsent(value) || Number.isFinite(value)
}

function isText (value: unknown): boolean {
  return isAbsent(value) || typeof value === 'string'
}

function isAbsent (value: unknown): boolean {
  return value === undefined || value === null
}
