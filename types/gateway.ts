import type { FastifyRequest } from 'fastify'
import type { VerifyIdentityOptions } from './identity.ts'
import type { ProblemOptions } from './errors.ts'
import type { VersionResolver } from './resolver.ts'
import type { SanitizeHeadersOptions } from './sanitize.ts'
import type { Consumer } from './usage.ts'
import type { VerifierOptions } from './verifier.ts'
import type { VersionRegistry } from './registry.ts'
import type { TrafficConfig } from './traffic.ts'
import type { AliasesConfig, RegistryOptions, Version, VersionsConfig } from './versions.ts'

/** The default, which decides when no resolver has an opinion. */
export type DefaultVersion<Name extends string = string> =
  | Name
  /** Respond 400 `VERSION_REQUIRED`. */
  | 'required'
  /** Decides per request; may be async, within 200 ms. An unknown name causes 503 `VERSION_RESOLUTION_UNAVAILABLE`. */
  | ((request: FastifyRequest) => string | Promise<string>)

/** How a request may choose its version. */
export interface OverrideOptions {
  /** Resolvers that read the request. Two that name different versions cause 400 `VERSION_AMBIGUOUS`. */
  resolvers: readonly VersionResolver[]
  /** `first`: the first of conflicting resolvers counts. Default `reject`. */
  conflict?: 'reject' | 'first'
  /**
   * Whether a request may choose a version; called for every version that it names, and may take 200 ms. A refusal is 403
   * `VERSION_FORBIDDEN`, or `VERSION_UNKNOWN` for a hidden version. A version to which the caller is pinned is always
   * allowed. `byDefault` is the default's result: all versions except hidden ones and previews that are not public.
   */
  allow?: (request: FastifyRequest, version: Version, byDefault: boolean) => boolean | Promise<boolean>
}

/** How the version of a request is chosen. */
export interface ResolveOptions<Name extends string = string> {
  /** Resolvers that read the request, or an object with these and their rules. Default none. */
  override?: readonly VersionResolver[] | OverrideOptions
  /** Resolvers that identify the caller by a verified claim, an owned header, or your own map. The first opinion counts. Default none. */
  pin?: readonly VersionResolver[]
  /** A version id, an alias, `'required'`, or a function. Default `latest`, which must then exist as a version or an alias. */
  default?: DefaultVersion<Name>
  /** Names the caller for `app.versions.usage()`. Default: the `sub` of the verified token. */
  consumer?: Consumer
  /** Whether a response has `x-version-reason`, which explains the decision. Default false. */
  exposeDecision?: boolean | ((request: FastifyRequest) => boolean)
  /** Request headers that your `default` and `override.allow` read, for `Vary`. Omit those of the token. Default none. */
  readsHeaders?: readonly string[]
  /**
   * When `Vary` names the headers that carry the caller's token. `auto`: when pins, `override.allow` or a `default`
   * function may read the token, and a shared cache may store the response (RFC 9111 3.5). Default `auto`.
   */
  varyAuthorization?: 'auto' | 'always' | 'never'
}

/** Options of `resolveVersion`. */
export interface ResolveVersionOptions<Id extends string = string, Alias extends string = string>
  extends ResolveOptions<NoInfer<Id | Alias>> {
  /** The registry from `defineVersions`. */
  versions: VersionRegistry<Id, Alias>
  /**
   * Header that carries the effective version in responses of the app's own routes and of @fastify/http-proxy. A value that the
   * route sets itself stays. Default: the `versionHeader` of the first `proxyVersions` in the scope, or `api-version`.
   */
  versionHeader?: string
}

/**
 * Returns headers of a forwarded request: a value, a list of values for separate lines, or `null` to send none. It runs after all
 * hooks and must be synchronous; if it throws, the request fails with that error. The values replace those of the client and
 * of hooks. They do not replace hop-by-hop headers, `Host`, the version header, and headers that `upstream.headers` edits. A
 * name that the function has returned once is owned: clients cannot send it. So return `null` instead of leaving a name out, or
 * declare the names: see `DeclaredRequestHeaders`.
 *
 * @example
 * forward: { requestHeaders: (request) => ({ 'x-tenant': request.user?.tenant ?? null, cookie: null }) }
 */
export type RequestHeaders = (request: FastifyRequest) => Readonly<Record<string, string | readonly string[] | null | undefined>>

/**
 * Headers of forwarded requests with names that are owned from the start: a client can never send them, not even for the first
 * request. `read` may leave names out.
 *
 * @example
 * forward: { requestHeaders: { names: ['x-tenant', 'cookie'], read: ({ user }) => user === null ? {} : { 'x-tenant': user.tenant } } }
 */
export interface DeclaredRequestHeaders {
  names: readonly string[]
  read: RequestHeaders
}

/** How requests are forwarded. */
export interface ForwardOptions {
  /** Header that carries the effective version to the upstream and back to the caller. Default `api-version`. */
  versionHeader?: string
  /**
   * Milliseconds that `app.close()` waits for exchanges in flight and for closing WebSockets. Default 10000.
   */
  closeGraceMs?: number
  /**
   * `X-Forwarded-*` headers that are passed on from proxies that Fastify's `trustProxy` trusts, such as
   * `['x-forwarded-port', 'x-forwarded-prefix']`. A trusted prefix precedes the gateway's own. Default none: all others are
   * removed. The gateway always sets `-For`, `-Host` and `-Proto` itself, from the values that `trustProxy` accepts.
   */
  forwardedHeaders?: readonly string[]
  /** Sets headers of forwarded requests. See `RequestHeaders` and `DeclaredRequestHeaders`. */
  requestHeaders?: RequestHeaders | DeclaredRequestHeaders
  /**
   * How responses of upstreams are sent. `direct` writes them to the client: it is the fastest way, but `onSend` hooks do not run,
   * so cookies set with `reply.setCookie` are lost and @fastify/compress has no effect. With `fastify`, they are sent with
   * `reply.send(stream)`: `onSend` hooks run, and the app's error handler, if it has one, gets the errors of failed exchanges
   * (502, 503, 504). gRPC responses and upgrades are always sent directly. Default `direct`.
   */
  reply?: 'direct' | 'fastify'
  /**
   * Whether to avoid Node internals wherever possible, in the whole process. Set it if an instrumentation or
   * a new version of Node conflicts with them. docs/architecture.md lists what is lost. Default false.
   */
  compatibility?: boolean
}

/** Options of `matchRoute`. */
export interface MatchRouteOptions {
  /** The same registry as that of `resolveVersion`. */
  versions: VersionRegistry
}

/** Options of `proxyVersions`. */
export interface ProxyVersionsOptions extends ForwardOptions {
  /** The same registry as that of `resolveVersion`. */
  versions: VersionRegistry
}

/** Options of `versionGateway`: all stages in one. */
export interface GatewayOptions<Id extends string = string, Alias extends string = string> extends TrafficConfig<NoInfer<Id | Alias>> {
  /** The versions by id, or a registry from `defineVersions`. */
  versions: VersionsConfig<Id, Alias> | VersionRegistry<Id, Alias>
  /** Other names of versions. Not allowed with a registry, which has its own. Default none. */
  aliases?: AliasesConfig<Id, Alias>
  /** How names are matched, and how usage is recorded. Not allowed with a registry, which has its own. */
  registry?: RegistryOptions
  /** Format of refusals. */
  problems?: ProblemOptions
  sanitize?: SanitizeHeadersOptions
  /** Default: no tokens are read. */
  identity?: VerifyIdentityOptions | VerifierOptions
  resolve?: ResolveOptions<NoInfer<Id | Alias>>
  forward?: ForwardOptions
}
