import type { FastifyRequest } from 'fastify'

/**
 * The claims of a verified token. Their types are unknown until your code checks them. To declare claims that your issuer
 * guarantees, extend this interface.
 *
 * @example
 * declare module 'fastify-version-gateway' {
 *   interface Claims { tenantId: string }
 * }
 */
export interface Claims {
  readonly [claim: string]: unknown
}

/** The identity of a caller, from a verified token. */
export interface Identity {
  /** `name` of the provider that issued the token, or of the verifier that identified the caller. */
  readonly provider: string
  /**
   * All claims of the token, deeply frozen. A number that JavaScript would round, such as `9007199254740993`, becomes a
   * string of its digits, except in registered claims (`exp`, `iat`, ...). Headers and `fromClaim` use any number as the
   * token has it: `1.10`, not 1.1.
   */
  readonly claims: Claims
}

/**
 * The path of a claim: names joined by dots (`userMetadata.version`), or an array of names if one of them contains a dot
 * (`['https://acme.io/version']`).
 */
export type ClaimPath = string | readonly string[]

/** A value of a claim. */
export type ClaimValue = string | number | boolean

/**
 * Accepted values of claims: by path (`{ token_use: 'access', client_id: ['app', 'job'] }`), or as a list, for names that
 * contain a dot or a slash (`[{ claim: ['https://acme.io/plan'], values: ['gold'] }]`). A claim that is a list must contain
 * one of the values.
 */
export type AcceptedClaims =
  | Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>
  | ReadonlyArray<{ readonly claim: ClaimPath, readonly values: ClaimValue | readonly ClaimValue[] }>

/** The problem (RFC 9457) for a refused caller. Default status: 403. */
export interface AuthorizationProblem {
  status?: number
  code?: string
  detail?: string
  readonly [member: string]: unknown
}

/** Admits a caller with `true`. `false` responds 403 `FORBIDDEN`, an object its own problem, and an exception 500. */
export type Authorize = (
  identity: Identity, request: FastifyRequest
) => boolean | AuthorizationProblem | Promise<boolean | AuthorizationProblem>

/** Requirements on a caller, in addition to a verified token. */
export interface Authorization {
  /** Scopes that a token must all have; otherwise 403 `INSUFFICIENT_SCOPE`. Default none. */
  requiredScopes?: readonly string[]
  /** The claim with the scopes: a space-separated string, or a list. Default: `scope` and `scp`. A route may have its own. */
  scopesClaim?: ClaimPath
  /** Roles that a token must all have; otherwise 403 `INSUFFICIENT_SCOPE`. Default none. */
  requiredRoles?: readonly string[]
  /** The claim with the roles: a list, or a string with one role. Default `roles`. For Keycloak: `realm_access.roles`. */
  rolesClaim?: ClaimPath
  authorize?: Authorize
}
