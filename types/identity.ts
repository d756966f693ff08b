import type { AcceptedClaims, Authorization, ClaimPath, Claims } from './claims.ts'
import type { IssuerTemplate } from './issuer.ts'
import type { Algorithm, DiscoveredJwks, InlineJwks, PemJwks, RemoteJwks, SecretJwks, SuppliedJwks } from './jwks.ts'
import type { IdentityPolicy } from './route-identity.ts'

/** Copies a claim into a request header, which only the gateway may set. */
export interface ClaimToHeader {
  claim: ClaimPath
  /** Name of the header. Its value is the claim as text; without the claim, the header is absent. */
  header: string
}

/** A place of a token in a request. */
export type TokenSource =
  /** A header. Its prefix ignores case. Default prefix: `'Bearer '` for `authorization`, none for other headers. */
  | { header: string, prefix?: string }
  | { cookie: string }
  /** A query parameter. It is removed from the logged and forwarded URL, because URLs end up in histories and logs. */
  | { query: string }

/** A token issuer that the gateway trusts. */
export interface IdentityProvider extends Authorization {
  /** Names the provider in identities and logs. Unique. */
  name: string
  /**
   * The exact `iss` of the provider's tokens, a template for it, or a list of these. It selects the provider, so it must be
   * unique. A tenant that another provider names exactly does not belong to a template with `tenants: 'any'`.
   */
  issuer: string | IssuerTemplate | ReadonlyArray<string | IssuerTemplate>
  /** Accepted audiences: a token must name at least one in `aud`. Default: not checked. */
  audiences?: readonly string[]
  /** Default: all asymmetric algorithms of RFC 7518, EdDSA, Ed25519 and Ed448; never `none`. With a secret: HS256. */
  algorithms?: readonly Algorithm[]
  /** Claims that a token must have, in addition to `iss`, `exp` and (with `audiences`) `aud`. Default none. */
  requiredClaims?: readonly ClaimPath[]
  /** Values that claims must have, such as `{ token_use: 'access', client_id: ['app'] }`; otherwise 401. Default: not checked. */
  claims?: AcceptedClaims
  /** The `typ` that a token's header must have, such as `at+jwt` (RFC 9068 2.1), in any case. Default: not checked. */
  typ?: string
  /** Tolerated difference of the clocks in seconds, at most 300. Default 5. */
  clockToleranceSeconds?: number
  /** Maximum age of a token in seconds since its `iat`, which it must then have. Default: until its `exp`. */
  maxAgeSeconds?: number
  /** The clock for the lifetimes of tokens, for tests: milliseconds since 1970. Default `Date.now`. */
  now?: () => number
  /** Where to look for tokens. Default: `sources` of `verifyIdentity`, or `[{ header: 'authorization', prefix: 'Bearer ' }]`. */
  tokenSources?: readonly TokenSource[]
  /** Whether the token is forwarded to the upstream. A token in the query is never forwarded. Default true. */
  forwardToken?: boolean
  jwks: InlineJwks | PemJwks | SecretJwks | RemoteJwks | DiscoveredJwks | SuppliedJwks
  /** Claims that are forwarded to the upstream as headers. Default none. */
  claimsToHeaders?: readonly ClaimToHeader[]
  /**
   * Your own check of verified claims, called once per token. An exception causes 401 `TOKEN_INVALID`, or 403 `FORBIDDEN`
   * if the error has `statusCode: 403`. Default none.
   */
  validate?: (claims: Claims) => void | Promise<void>
}

/** The cache of verified tokens. */
export interface TokenCacheOptions {
  /** Maximum number of tokens. Default 10000. */
  size?: number
  /** Maximum memory in bytes, estimated. Default 33554432. */
  bytes?: number
}

/** The status of a provider, from `app.identityProviders()`. */
export interface IdentityProviderStatus {
  readonly name: string
  /** The first of `issuers`. */
  readonly issuer: string
  /** The issuers as written in the config. A template counts as one, for any number of tenants. */
  readonly issuers: readonly string[]
  /** The keys in use. Empty until they have been fetched. */
  readonly keys: ReadonlyArray<{ readonly kid: string | undefined, readonly algorithms: readonly string[] }>
  /** Time of the last successful fetch; `null` for keys in the config, and before the first fetch. */
  readonly lastRefresh: Date | null
  /** Why the last fetch failed, for the operator; `null` if it succeeded. */
  readonly lastError: string | null
  /** Whether keys are only looked up when a token needs them (`jwks.getKey`). The list is empty until the first token arrives. */
  readonly onDemand?: boolean
  /** Number of successful and failed fetches. Absent for keys in the config. */
  readonly fetches?: { readonly succeeded: number, readonly failed: number }
  /** Tokens found in the cache, and tokens that had to be verified. */
  readonly cache: { readonly hits: number, readonly misses: number }
}

/** Options of `verifyIdentity`. */
export interface VerifyIdentityOptions {
  /**
   * `allow-missing`: a request without a token is anonymous; an invalid token gets 401.
   * `require`: a request without a token gets 401, too. Default `allow-missing`.
   */
  policy?: 'allow-missing' | 'require'
  /** Policies by name, for rules of `routes`. Default none. */
  policies?: Readonly<Record<string, IdentityPolicy>>
  /** `Authorization` with another scheme (`Basic ...`): `ignore` passes it on, `reject` responds 401. Default `ignore`. */
  otherSchemes?: 'ignore' | 'reject'
  /**
   * Where to look for tokens, in order of precedence: the first source that has a token identifies the caller. Later
   * sources are not read, and their tokens are forwarded unverified. Providers without `tokenSources` accept tokens from
   * all of these. Default: the sources of the providers, and 401 for two different tokens.
   */
  sources?: readonly TokenSource[]
  /**
   * A token that is not a JSON Web Token, such as a random string that only the upstream can look up: `pass` forwards it, and
   * the caller is anonymous; `reject` responds 401. A caller must still be identified where that is required. Default `reject`.
   */
  onOpaque?: 'pass' | 'reject'
  /** Realm of the `WWW-Authenticate` challenge. Default `api`. */
  realm?: string
  /** Cache of verified tokens. A token stays until it expires, its key is removed, or the cache is full. `false` disables it. */
  cache?: TokenCacheOptions | false
  /**
   * Maximum size of a token in bytes. Default 16384. Node's limit for all headers (`maxHeaderSize`, 16 KiB) applies too; the
   * standalone gateway raises it if necessary.
   */
  maxTokenBytes?: number
  /** The trusted issuers. If empty, tokens are passed on unread and every request is anonymous. */
  providers: readonly IdentityProvider[]
  /** Excluded: see `VerifierOptions`. */
  from?: never
}
