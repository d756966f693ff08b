import type { FastifyRequest } from 'fastify'
import type { VerifyIdentityOptions } from './identity.ts'
import type { ProblemOptions } from './errors.ts'
import type { VersionResolver } from './resolver.ts'
import type { SanitizeHeadersOptions } from './sanitize.ts'
import type { Consumer } from './usage.ts'
import type { AliasesConfig, RegistryOptions, Version, VersionRegistry, VersionsConfig } from './versions.ts'

/** What decides when no resolver has an opinion. */
export type DefaultVersion<Name extends string = string> =
  | Name
  /** Answer 400 `VERSION_REQUIRED`. */
  | 'required'
  /** Decides per request; may be async, and take 200 ms. A name that is no version is 503 `VERSION_RESOLUTION_UNAVAILABLE`. */
  | ((request: FastifyRequest) => string | Promise<string>)

/** Who may choose a version for one request, and how. */
export interface OverrideOptions {
  /** Resolvers that read this request. Two of them naming different versions is 400 `VERSION_AMBIGUOUS`. */
  resolvers: readonly VersionResolver[]
  /** `first`: the first of those that disagree counts. Default `reject`. */
  conflict?: 'reject' | 'first'
  /**
   * Whether a request may choose a version; asked for every one that it names. Otherwise 403 `VERSION_FORBIDDEN`, or
   * `VERSION_UNKNOWN` for a hidden version. Default: all but hidden ones and previews that are not public. What a pin
   * names is always allowed to be named. It gets what the default says of the version, and may take 200 ms.
   */
  allow?: (request: FastifyRequest, version: Version, byDefault: boolean) => boolean | Promise<boolean>
}

/** How the version of a request is chosen. */
export interface ResolveOptions<Name extends string = string> {
  /** Resolvers that read this request, or these with their rules. Default none. */
  override?: readonly VersionResolver[] | OverrideOptions
  /** Resolvers that know the caller: a verified claim, an owned header, your own map. The first opinion counts. Default none. */
  pin?: readonly VersionResolver[]
  /** A version id, an alias, `'required'`, or a function. Default `latest`, which must then be a version or an alias. */
  default?: DefaultVersion<Name>
  /** Names the caller for `app.versions.usage()`. Default: the `sub` of the verified token. */
  consumer?: Consumer
  /** Who gets `x-version-reason` with the answer: why this version was chosen. Default false. */
  exposeDecision?: boolean | ((request: FastifyRequest) => boolean)
  /** The request headers that your own `default` and `override.allow` read, for `Vary`: not those of the token. Default none. */
  readsHeaders?: readonly string[]
  /**
   * When `Vary` names the headers that the caller's token comes in. `auto`: when pins, `override.allow` or a function as
   * default may look at it, and the answer may be kept by a shared cache (RFC 9111 3.5). Default `auto`.
   */
  varyAuthorization?: 'auto' | 'always' | 'never'
}

/** Options of `resolveVersion`. */
export interface ResolveVersionOptions<Id extends string = string, Alias extends string = string>
  extends ResolveOptions<NoInfer<Id | Alias>> {
  /** From `defineVersions`. */
  versions: VersionRegistry<Id, Alias>
}

/** How requests are forwarded. */
export interface ForwardOptions {
  /** Header that carries the effective version to the upstream and back to the caller. Default `api-version`. */
  versionHeader?: string
  /**
   * How long `app.close()` lets exchanges that are under way, and closing WebSockets, finish, in milliseconds.
   * Default 10000.
   */
  closeGraceMs?: number
  /**
   * `X-Forwarded-*` headers that are passed on when they come from a proxy that Fastify's `trustProxy` trusts, such as
   * `['x-forwarded-port', 'x-forwarded-prefix']`. A prefix is put before the gateway's own. Default none: all of them are
   * removed. `-For`, `-Host` and `-Proto` are always written by the gateway, from what `trustProxy` lets through.
   */
  forwardedHeaders?: readonly string[]
}

/** Options of `proxyVersions`. */
export interface ProxyVersionsOptions extends ForwardOptions {
  /** The registry that `resolveVersion` got. */
  versions: VersionRegistry
}

/** Options of `versionGateway`: the four stages in one. */
export interface GatewayOptions<Id extends string = string, Alias extends string = string> {
  /** The versions by id, or what `defineVersions` made of them. */
  versions: VersionsConfig<Id, Alias> | VersionRegistry<Id, Alias>
  /** Other names of versions. Not allowed beside a registry, which has its own. */
  aliases?: AliasesConfig<Id, Alias>
  /** How names are matched, and what is kept of their use. Not allowed beside a registry, which has its own. */
  registry?: RegistryOptions
  /** How refusals look. */
  problems?: ProblemOptions
  sanitize?: SanitizeHeadersOptions
  /** Default: nobody is identified. */
  identity?: VerifyIdentityOptions
  resolve?: ResolveOptions<NoInfer<Id | Alias>>
  forward?: ForwardOptions
}
