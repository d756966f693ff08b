import type { FastifyRequest } from 'fastify'
import type { VerifyIdentityOptions } from './identity.ts'
import type { SanitizeHeadersOptions } from './sanitize.ts'
import type { VersionResolver } from './resolver.ts'
import type { AliasesConfig, VersionRegistry, VersionsConfig } from './versions.ts'

/** What decides when no resolver has an opinion. */
export type DefaultVersion<Name extends string = string> =
  | Name
  /** Answer 400 `VERSION_REQUIRED`. */
  | 'required'
  /** Decides per request; may be async. A name that is no version is 503 `VERSION_RESOLUTION_UNAVAILABLE`. */
  | ((request: FastifyRequest) => string | Promise<string>)

/** How the version of a request is chosen. */
export interface ResolveOptions<Name extends string = string> {
  /** Resolvers that read this request. Two of them naming different versions is 400 `VERSION_AMBIGUOUS`. Default none. */
  override?: readonly VersionResolver[]
  /** Resolvers that know the caller: a verified claim, an owned header, your own map. The first opinion counts. Default none. */
  pin?: readonly VersionResolver[]
  /** A version id, an alias, `'required'`, or a function. Default `latest`, which must then be a version or an alias. */
  default?: DefaultVersion<Name>
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
}

/** Options of `proxyVersions`. */
export interface ProxyVersionsOptions extends ForwardOptions {
  /** The registry that `resolveVersion` got. */
  versions: VersionRegistry
}

/** Options of `versionGateway`: the four stages in one. */
export interface GatewayOptions<Id extends string = string, Alias extends string = string> {
  /** The versions by id, or what `defineVersions` made of them. */
  versions: VersionsConfig<Id> | VersionRegistry<Id, Alias>
  /** Other names of versions. Not allowed beside a registry, which has its own. */
  aliases?: AliasesConfig<Id, Alias>
  sanitize?: SanitizeHeadersOptions
  /** Default: nobody is identified. */
  identity?: VerifyIdentityOptions
  resolve?: ResolveOptions<NoInfer<Id | Alias>>
  forward?: ForwardOptions
}
