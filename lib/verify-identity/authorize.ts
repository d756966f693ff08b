import type { FastifyRequest } from 'fastify'
import type { AuthorizationProblem, ClaimPath, Identity, RouteIdentity } from '../../types/index.ts'
import { authorizationDefaults } from '../config/normalize-identity.ts'
import { forbidden, insufficientScope, type Refusal } from '../errors.ts'
import { unacceptedClaim } from '../identity/accepted-claims.ts'
import { claimNames, readClaim } from '../identity/claim-path.ts'
import { chain, type MaybePromise } from '../shared/maybe-promise.ts'

/** Whether a provider or a route requires more than a verified token. */
export function asksForMore ({ requiredScopes, requiredRoles, requiredClaims, claims, authorize }: RouteIdentity): boolean {
  return [requiredScopes, requiredRoles, requiredClaims, claims, authorize].some((asked) => asked !== undefined)
}

/**
 * Checks that a caller meets the requirements of a provider or a route.
 *
 * @throws `INSUFFICIENT_SCOPE`, `FORBIDDEN`, and errors of `authorize`
 */
export function checkAuthorization (identity: Identity, request: FastifyRequest, asked: RouteIdentity): MaybePromise<void> {
  const { requiredScopes = [], requiredRoles = [], requiredClaims = [], claims, scopesClaim, authorize } = asked
  const { rolesClaim = authorizationDefaults.rolesClaim } = asked
  if (requiredScopes.length > 0) {
    const scopes = scopesOf(identity, scopesClaim)
    if (!requiredScopes.every((scope) => scopes.has(scope))) throw insufficientScope({ scope: requiredScopes.join(' ') })
  }
  if (requiredRoles.length > 0) {
    const roles: unknown[] = [readClaim(identity.claims, claimNames(rolesClaim))].flat()
    if (!requiredRoles.every((role) => roles.includes(role))) throw insufficientScope({})
  }
  if (requiredClaims.some((claim) => (readClaim(identity.claims, claimNames(claim)) ?? null) === null)) throw insufficientScope({})
  if (claims !== undefined && unacceptedClaim(identity.claims, claims) !== undefined) throw insufficientScope({})
  if (authorize === undefined) return
  return chain(authorize(identity, request), (verdict) => {
    // Only `true` admits a caller, not any truthy value.
    if (verdict !== true) throw refusalOf(verdict)
  })
}

/** Reads `scope` as a string (RFC 8693 4.2, RFC 9068 2.2.3) and `scp` as a string or a list, as some issuers use it. */
function scopesOf ({ claims }: Identity, path: ClaimPath | undefined): ReadonlySet<unknown> {
  const values = path === undefined ? [claims.scope, claims.scp] : [readClaim(claims, claimNames(path))]
  return new Set(values.flat().flatMap((value) => typeof value === 'string' ? value.split(' ') : []))
}

function refusalOf (verdict: boolean | AuthorizationProblem): Refusal {
  if (typeof verdict !== 'object' || verdict === null) return forbidden({})
  const { status, code, detail, ...extensions } = verdict
  return Object.assign(forbidden({ extensions }), {
    // Only error statuses: a refusal must never look like success.
    ...Number.isInteger(status) && status! >= 400 && status! <= 599 && { statusCode: status! },
    ...code !== undefined && { code },
    ...detail !== undefined && { message: detail }
  })
}
