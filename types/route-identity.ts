import type { AcceptedClaims, Authorization, ClaimPath } from './claims.ts'

/** The requirements of a route, in `config.identity`. */
export interface RouteIdentity extends Authorization {
  /** Replaces the policy of `verifyIdentity`. */
  policy?: 'allow-missing' | 'require'
  /** Claims that a token must have; otherwise 403 `INSUFFICIENT_SCOPE`. */
  requiredClaims?: readonly ClaimPath[]
  /** Values that claims must have; otherwise 403 `INSUFFICIENT_SCOPE`. */
  claims?: AcceptedClaims
}

/** A named policy, which the rules of `routes` use. */
export interface IdentityPolicy extends RouteIdentity {
  /** Names of the providers whose tokens are accepted. Default: all. */
  providers?: readonly string[]
}
