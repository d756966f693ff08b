import type { FastifyRequest } from 'fastify'
import type { DiscoveredJwks, InlineJwks, PemJwks, RemoteJwks, SecretJwks } from './jwks.ts'

/**
 * The claims of a verified token. Their types are unknown until your code checks them; declare what
 * your issuer promises by extending this interface.
 *
 * @example
 * declare module 'fastify-version-gateway' {
 *   interface Claims { tenantId: string }
 * }
 */
export interface Claims {
  readonly [claim: string]: unknown
}

/** Who is calling, by a verified token. */
export interface Identity {
  /** `name` of the provider that issued the token. */
  readonly provider: string
  /**
   * Every claim of the token, deeply frozen. A number that JavaScript would round, such as `9007199254740993`, is the text
   * of its digits; the registered claims (`exp`, `iat`, ...) are not.
   */
  readonly claims: Claims
}

/**
 * Where a claim is: a path of names joined by dots (`userMetadata.version`), or the names as an array
 * when one of them has a dot in it (`['https://acme.io/version']`).
 */
export type ClaimPath = string | readonly string[]

/** A value of a claim. */
export type ClaimValue = string | number | boolean

/**
 * Values that are accepted of claims: by path (`{ token_use: 'access', client_id: ['app', 'job'] }`), or as a list, for names
 * that have a dot or a slash in them (`[{ claim: ['https://acme.io/plan'], values: ['gold'] }]`). A claim that is a list must
 * have one of the values in it.
 */
export type AcceptedClaims =
  | Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>
  | ReadonlyArray<{ readonly claim: ClaimPath, readonly values: ClaimValue | readonly ClaimValue[] }>

/** Copies a claim into a request header that the gateway owns from then on. */
export interface ClaimToHeader {
  claim: ClaimPath
  /** Set to the claim's text form, or absent when the claim is. */
  header: string
}

/** Where a token may be in a request. */
export type TokenSource =
  /** After a prefix, such as `'Bearer '` (compared without case). Default prefix: `'Bearer '` for `authorization`, none elsewhere. */
  | { header: string, prefix?: string }
  | { cookie: string }
  /** Removed from the URL that is logged and forwarded: addresses end up in histories and logs. */
  | { query: string }

/** Signature algorithms that a provider may use (RFC 7518, RFC 8037). */
export type Algorithm =
  | 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA' | 'Ed25519' | 'Ed448'
  /** With `jwks: { secret }` only. */
  | 'HS256' | 'HS384' | 'HS512'

/** What a caller that is not let through is told: a problem (RFC 9457), status 403 unless it says otherwise. */
export interface AuthorizationProblem {
  status?: number
  code?: string
  detail?: string
  readonly [member: string]: unknown
}

/** Lets a caller through (`true`), or not: 403 `FORBIDDEN`, or the problem given. What it throws is a fault: 500. */
export type Authorize = (
  identity: Identity, request: FastifyRequest
) => boolean | AuthorizationProblem | Promise<boolean | AuthorizationProblem>

/** What a caller must have, besides a verified token. */
export interface Authorization {
  /** Scopes that a token must have, all of them; otherwise 403 `INSUFFICIENT_SCOPE`. */
  requiredScopes?: readonly string[]
  /** The claim that has the scopes: text with blanks between them, or a list. Default: `scope` and `scp`. A route may have its own. */
  scopesClaim?: ClaimPath
  /** Roles that a token must have, all of them; otherwise 403 `INSUFFICIENT_SCOPE`. */
  requiredRoles?: readonly string[]
  /** The claim that has the roles: a list, or text with one. Default `roles`. Keycloak: `realm_access.roles`. */
  rolesClaim?: ClaimPath
  authorize?: Authorize
}

/** A token issuer that the gateway trusts. */
export interface IdentityProvider extends Authorization {
  /** Names the provider in identities and logs. Unique. */
  name: string
  /** The exact `iss` of its tokens. It selects the provider; no two providers share one. */
  issuer: string
  /** A token must name at least one of these in `aud`. Default: not checked. */
  audiences?: readonly string[]
  /** Default: every asymmetric algorithm of RFC 7518 EdDSA, Ed25519 and Ed448; never `none`. With a secret: HS256. */
  algorithms?: readonly Algorithm[]
  /** Claims that a token must have, besides `iss`, `exp` and (with `audiences`) `aud`. Default none. */
  requiredClaims?: readonly ClaimPath[]
  /** Values that claims must have, such as `{ token_use: 'access', client_id: ['app'] }`; otherwise 401. Default: not checked. */
  claims?: AcceptedClaims
  /** The `typ` that a token's header must have, such as `at+jwt` (RFC 9068 2.1), compared without case. Default: not checked. */
  typ?: string
  /** Seconds that the clocks may differ, at most 300. Default 5. */
  clockToleranceSeconds?: number
  /** Seconds after its `iat` that a token is accepted at most; it must have one then. Default: until its `exp`. */
  maxAgeSeconds?: number
  /** Where its tokens may be. Default `[{ header: 'authorization', prefix: 'Bearer ' }]`. */
  tokenSources?: readonly TokenSource[]
  /** Whether the upstream gets the token too. Default true; one in the query is never forwarded. */
  forwardToken?: boolean
  jwks: InlineJwks | PemJwks | SecretJwks | RemoteJwks | DiscoveredJwks
  /** Claims that the upstream gets as headers. Default none. */
  claimsToHeaders?: readonly ClaimToHeader[]
  /**
   * Checks of your own on verified claims, once per token. What it throws is 401 `TOKEN_INVALID`, or 403 `FORBIDDEN`
   * when the error has `statusCode: 403`.
   */
  validate?: (claims: Claims) => void | Promise<void>
}

/** What a route asks for in `config.identity`. */
export interface RouteIdentity extends Authorization {
  /** Replaces the policy of `verifyIdentity`. */
  policy?: 'allow-missing' | 'require'
  /** Claims that a token must have; otherwise 403 `INSUFFICIENT_SCOPE`. */
  requiredClaims?: readonly ClaimPath[]
  /** Values that a token must have in claims; otherwise 403 `INSUFFICIENT_SCOPE`. */
  claims?: AcceptedClaims
}

/** How verified tokens are remembered, so that each is verified once. */
export interface TokenCacheOptions {
  /** Tokens. Default 10000. */
  size?: number
  /** Memory that they take, in bytes (estimated). Default 33554432. */
  bytes?: number
}

/** What is known of a provider, from `app.identityProviders()`. */
export interface IdentityProviderStatus {
  readonly name: string
  readonly issuer: string
  /** The keys in use. None: they could not be fetched, or not yet. */
  readonly keys: ReadonlyArray<{ readonly kid: string | undefined, readonly algorithms: readonly string[] }>
  /** When the keys were fetched last; `null` for keys in the config, and before the first fetch. */
  readonly lastRefresh: Date | null
  /** Why the last fetch failed, for the operator; `null` when it did not. */
  readonly lastError: string | null
  /** How often the keys were fetched, or could not be. Not there for keys in the config. */
  readonly fetches?: { readonly succeeded: number, readonly failed: number }
  /** Tokens that were remembered, and that had to be verified. */
  readonly cache: { readonly hits: number, readonly misses: number }
}

/** Options of `verifyIdentity`. */
export interface VerifyIdentityOptions {
  /**
   * `allow-missing`: a request without a token is anonymous; a token that does not verify is 401.
   * `require`: a request without a token is 401 too. Default `allow-missing`.
   */
  policy?: 'allow-missing' | 'require'
  /** An `Authorization` of another scheme (`Basic ...`): `ignore` passes it on, `reject` answers 401. Default `ignore`. */
  otherSchemes?: 'ignore' | 'reject'
  /** Realm of the `WWW-Authenticate` challenge. Default `api`. */
  realm?: string
  /** Verified tokens are remembered until they expire, their key is gone, or there are too many. `false`: each is verified each time. */
  cache?: TokenCacheOptions | false
  /** Longest token that is verified, in bytes. Node's limit for all headers (`maxHeaderSize`, 16 KiB) must allow it too. Default 16384. */
  maxTokenBytes?: number
  /** The issuers whose tokens count. Empty: nobody is identified and tokens are passed on unread. */
  providers: readonly IdentityProvider[]
}
