import './fastify.ts'

export type { Overridden, Tier, VersionDecision } from './decision.ts'
export type { ConfigProblem, GatewayErrorCode, Problem } from './errors.ts'
export type {
  DefaultVersion, ForwardOptions, GatewayOptions, ProxyVersionsOptions, ResolveOptions, ResolveVersionOptions
} from './gateway.ts'
export type {
  Algorithm, Authorization, AuthorizationProblem, Authorize, Claims, ClaimPath, ClaimToHeader, DiscoveredJwks, Identity, IdentityProvider,
  IdentityProviderStatus, InlineJwks, PublicJwk, RemoteJwks, RemoteKeysOptions, RouteIdentity, TokenCacheOptions, TokenSource,
  VerifyIdentityOptions
} from './identity.ts'
export type {
  ProxyVersionsPlugin, ResolveVersionPlugin, SanitizeHeadersPlugin, VerifyIdentityPlugin, VersionGatewayPlugin
} from './plugins.ts'
export type { ResolverAnswer, VersionOpinion, VersionResolver } from './resolver.ts'
export type { SanitizeHeadersOptions } from './sanitize.ts'
export type {
  ActiveHealth, HeaderEdits, RetryReason, TargetHealth, UpstreamOptions, UpstreamRetry, UpstreamTimeouts, UpstreamTls, VersionHealth
} from './upstream.ts'
export type { AliasesConfig, Version, VersionConfig, VersionRegistry, VersionsConfig } from './versions.ts'
