import type { JsonWebKey } from 'node:crypto'

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
  /** Every claim of the token, deeply frozen. */
  readonly claims: Claims
}

/**
 * Where a claim is: a path of names joined by dots (`userMetadata.version`), or the names as an array
 * when one of them has a dot in it (`['https://acme.io/version']`).
 */
export type ClaimPath = string | readonly string[]

/** Copies a claim into a request header that the gateway owns from then on. */
export interface ClaimToHeader {
  claim: ClaimPath
  /** Set to the claim's text form, or absent when the claim is. */
  header: string
}

/** A JSON Web Key (RFC 7517), public part only. */
export type PublicJwk = JsonWebKey & { kid?: string, alg?: string, use?: string, key_ops?: string[] }

/** A provider's keys, given in the config. */
export interface InlineJwks {
  keys: readonly PublicJwk[]
  url?: never
}

/** A provider's keys, fetched from where it publishes them. */
export interface RemoteJwks {
  /** Address of the JWKS: https, or http on loopback. Redirects are not followed. */
  url: string
  /** Milliseconds for connecting, for the headers and between two pieces of the body. Default 5000. */
  timeoutMs?: number
  /** Seconds a fetched key is used before it is fetched again. Default 600. */
  refreshSeconds?: number
  keys?: never
}

/** Signature algorithms that a provider may use (RFC 7518, RFC 8037). */
export type Algorithm =
  | 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA'

/** A token issuer that the gateway trusts. */
export interface IdentityProvider {
  /** Names the provider in identities and logs. Unique. */
  name: string
  /** The exact `iss` of its tokens. It selects the provider; no two providers share one. */
  issuer: string
  /** A token must name at least one of these in `aud`. Default: not checked. */
  audiences?: readonly string[]
  /** Default: every asymmetric algorithm of RFC 7518 and EdDSA; never `none`, never HMAC. */
  algorithms?: readonly Algorithm[]
  /** Claims that a token must have, besides `iss`, `exp` and (with `audiences`) `aud`. Default none. */
  requiredClaims?: readonly string[]
  /** Seconds that the clocks may differ, at most 300. Default 5. */
  clockToleranceSeconds?: number
  jwks: InlineJwks | RemoteJwks
  /** Claims that the upstream gets as headers. Default none. */
  claimsToHeaders?: readonly ClaimToHeader[]
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
  /** The issuers whose tokens count. Empty: nobody is identified and tokens are passed on unread. */
  providers: readonly IdentityProvider[]
}
