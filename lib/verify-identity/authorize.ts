import type { FastifyRequest } from 'fastify'
import type { AuthorizationProblem, Identity, RouteIdentity } from '../../types/index.ts'
import { forbidden, insufficientScope, type Refusal } from '../errors.ts'
import { claimNames, readClaim } from '../identity/claim-path.ts'
import { chain, type MaybePromise } from '../maybe-promise.ts'

/**
 * Checks that a caller may do what the provider of its token, or a route, asks for.
 *
 * @throws `INSUFFICIENT_SCOPE`, `FORBIDDEN`, and whatever `authorize` throws
 */
export function checkAuthorization (
  identity: Identity, request: FastifyRequest, { requiredScopes = [], requiredClaims = [], authorize }: RouteIdentity
): MaybePromise<void> {
  const scopes = requiredScopes.length === 0 ? null : scopesOf(identity)
  if (!requiredScopes.every((scope) => scopes!.has(scope))) throw insufficientScope({ scope: requiredScopes.join(' ') })
  if (requiredClaims.some((claim) => (readClaim(identity.claims, claimNames(claim)) ?? null) === null)) throw insufficientScope({})
  if (authorize === undefined) return
  return chain(authorize(identity, request), (verdict) => {
    // Only a clear yes lets a caller through.
    if (verdict !== true) throw refusalOf(verdict)
  })
}

/** `scope` as text (RFC 8693 4.2, RFC 9068 2.2.3), or `scp` as text or list, as some issuers have it. */
function scopesOf ({ claims: { scope, scp } }: Identity): ReadonlySet<unknown> {
  return new Set([scope, scp].flat().flatMap((value) => typeof value === 'string' ? value.split(' ') : []))
}

function refusalOf (verdict: boolean | AuthorizationProblem): Refusal {
  if (typeof verdict !== 'object' || verdict === null) return forbidden({})
  const { status, code, detail, ...extensions } = verdict
  return Object.assign(forbidden({ extensions }), {
    // Whatever else it may be: it is a refusal, never an answer that looks like success.
    ...Number.isInteger(status) && status! >= 400 && status! <= 599 && { statusCode: status! },
    ...code !== undefined && { code },
    ...detail !== undefined && { message: detail }
  })
}
