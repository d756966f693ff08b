import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Authorization } from './claims.ts'
import type { ClaimToHeader, VerifyIdentityOptions } from './identity.ts'

/** Identifies callers with code of the app, such as a plugin that the app already uses. `fromFastifyJwt` makes one. */
export interface IdentityVerifier extends Authorization {
  /** Names the verifier in identities, logs and metrics, like the name of a provider. */
  name: string
  /**
   * Verifies the credentials of a request and returns the caller's claims; `null` or `undefined` if there are no credentials. It is
   * called before the version is decided, thus before hooks of the route. The claims are copied, unless they are frozen.
   *
   * An error with `statusCode: 401` means that the credentials are invalid (401 `TOKEN_INVALID`), one with 403 that they do not
   * suffice (403 `FORBIDDEN`). Any other error, and a result after `timeoutMs`, means that they cannot be verified right now (503
   * `KEYS_UNAVAILABLE`).
   */
  read: (request: FastifyRequest) => object | null | undefined | Promise<object | null | undefined>
  /**
   * The request headers on which the result depends, for `Vary`; `[]` for none, as with client certificates. A function is called once,
   * with the scope of the gateway. It may throw to refuse the config.
   */
  readsHeaders: readonly string[] | ((app: FastifyInstance) => readonly string[])
  /** Timeout of an async result in milliseconds; 0 = no limit. Default 5000. */
  timeoutMs?: number
  /** Claims that are forwarded to the upstream as headers. Default none. */
  claimsToHeaders?: readonly ClaimToHeader[]
}

/** Options of `verifyIdentity` if code of the app identifies callers. */
export interface VerifierOptions extends Pick<VerifyIdentityOptions, 'policy' | 'policies' | 'realm'> {
  /** Identifies callers instead of `providers`: `fromFastifyJwt()`, or an object of your own. */
  from: IdentityVerifier
  providers?: never
  otherSchemes?: never
  sources?: never
  onOpaque?: never
  cache?: never
  maxTokenBytes?: never
}

/** Options of `fromFastifyJwt`. */
export interface FromFastifyJwtOptions extends Pick<IdentityVerifier, 'timeoutMs' | 'claimsToHeaders'>, Authorization {
  /** Names the verifier in identities, logs and metrics. Default `fastify-jwt`. */
  name?: string
  /** The `namespace` of @fastify/jwt. Default: none. */
  namespace?: string
  /** The `jwtVerify` of @fastify/jwt, if the namespace has its own name for the method. Default: the namespace and `JwtVerify`. */
  jwtVerify?: string
  /** Options that your routes pass to `request.jwtVerify()`. Default none. */
  verify?: object
  /**
   * The request headers that contain tokens, for `Vary`. Default: `authorization`, and `cookie` if @fastify/jwt reads a cookie.
   * Required with `extractToken`, which may read any header.
   */
  readsHeaders?: readonly string[]
}
