import type { KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders, RequestListener } from 'node:http'
import type { VersionDecision } from './decision.ts'
import type { IdentityProvider } from './identity.ts'
import type { Algorithm, InlineJwks, PublicJwk } from './jwks.ts'

export type { ExplainedRequest } from './explain.ts'
export type { VersionDecision } from './decision.ts'

/** Options of `makeIssuer` and `startIssuer`. */
export interface TestIssuerOptions {
  /** The `iss` of its tokens. Default: `https://issuer.test`, or the address of the server if there is one. */
  issuer?: string
  /** The `aud` of its tokens. Default `test-api`. */
  audience?: string
  /** The algorithm of its keys. Default `ES256`; an RSA key (`RS256`, `PS256`) takes 100 ms to make. */
  algorithm?: Exclude<Algorithm, 'HS256' | 'HS384' | 'HS512'>
  /** The `kid` of the first key. Default `test-key-1`. */
  kid?: string
  /** The first key, which must fit `algorithm`. Default: a new one. */
  privateKey?: KeyObject
  /** The clock of its tokens and of its provider, in milliseconds since 1970. Default `Date.now`. */
  now?: () => number
}

/** How a token of a test issuer differs from a valid one. */
export interface TestTokenOptions {
  /** Seconds until the token expires. A negative number makes an expired token. Default 3600. */
  expiresIn?: number
  /** Members of the header that are added or replaced; `undefined` removes one. */
  header?: Readonly<Record<string, unknown>>
  /** Whether the token is signed with a key that the issuer does not have. Default `false`. */
  forged?: boolean
}

/** Claims of a token. They are added to `iss`, `aud`, `sub`, `iat` and `exp`, or replace them; `undefined` removes one. */
export type TestClaims = Readonly<Record<string, unknown>>

/** An issuer of tokens that exists only in the test. */
export interface TestIssuer {
  /** The `iss` of its tokens. */
  readonly issuer: string
  readonly audience: string
  /** The private key that currently signs. */
  readonly privateKey: KeyObject
  /** The public keys, for `jwks` of a provider. */
  jwks (): InlineJwks & { readonly keys: readonly PublicJwk[] }
  /** Makes a token. */
  token (claims?: TestClaims, options?: TestTokenOptions): string
  /** Makes a token, as the header of a request. */
  bearer (claims?: TestClaims, options?: TestTokenOptions): { authorization: string }
  /** Returns the issuer as a provider. Without a server, the provider has the current keys of the issuer. */
  provider (options?: Partial<IdentityProvider>): IdentityProvider
  /** Replaces the key that signs. The previous keys stay in the key set, unless `keep` is `false`. @returns the new `kid` */
  rotate (options?: { keep?: boolean }): string
}

/** How a test server fails. */
export interface TestFailure {
  /** Status of the responses. Default: connections are closed without a response. */
  status?: number
  /** How many requests fail. Default: all, until `recover` is called. */
  times?: number
}

/** A server on a free port of `127.0.0.1`. */
export interface TestServer extends AsyncDisposable {
  /** Its address, such as `http://127.0.0.1:41234`. */
  readonly origin: string
  /** Makes it fail from now on. */
  fail (failure?: TestFailure): void
  /** Ends `fail`. */
  recover (): void
  /** Closes the server and its connections. May be called more than once. `await using` calls it too. */
  close (): Promise<void>
}

/** An issuer with a server for its key set and its OpenID metadata. */
export interface RunningIssuer extends TestIssuer, TestServer {
  /** Address of its key set. */
  readonly jwksUrl: string
  /** Paths of the requests that it has received. */
  readonly requests: readonly string[]
}

/** A request as an upstream received it. */
export interface UpstreamRequest {
  /** The name of the upstream. */
  readonly servedBy: string
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Headers, with names in lower case. */
  readonly headers: Readonly<IncomingHttpHeaders>
  /** Alternating names and values. */
  readonly rawHeaders: readonly string[]
  readonly body: string
}

/** A response of an upstream. */
export interface UpstreamResponse {
  /** Default 200. */
  status?: number
  headers?: Readonly<Record<string, string | readonly string[]>>
  /** An object is sent as JSON. Default: none. */
  body?: string | Uint8Array | object
}

/** Options of `startUpstream`. */
export interface TestUpstreamOptions {
  /** Handles all requests instead of the echo. They are not recorded. */
  listener?: RequestListener
}

/** An upstream that responds with the request that it received, as JSON. */
export interface TestUpstream extends TestServer {
  /** The requests that it has received, with failed ones. */
  readonly requests: readonly UpstreamRequest[]
  /** Responds in another way from now on; `null` is the echo. */
  respond (response: UpstreamResponse | ((request: UpstreamRequest) => UpstreamResponse) | null): void
}

/** A clock that stands still until the test moves it. */
export interface TestClock {
  /** Milliseconds since 1970. Pass it as `now` to `makeIssuer` and `registry`. */
  now (): number
  /** Moves the clock. @param to a date such as `2026-12-31`, a `Date`, or milliseconds since 1970 */
  set (to: string | number | Date): void
  /** Moves the clock by milliseconds. */
  advance (milliseconds: number): void
}

/** The decision that a test expects: the id of the version, or members of the decision. */
export type ExpectedVersion = string | Partial<Pick<VersionDecision, 'id' | 'alias' | 'insteadOf' | 'locked' | 'requested' | 'source' | 'state' | 'tier'>>
