import './fastify.ts'

export type { CorsHeaders, CorsHeadersOptions } from './cors.ts'
export type { Overridden, VersionDecision } from './decision.ts'
export type { Tier, VersionState } from './terms.ts'
export type { DiscoveredVersion, DiscoveredVersions, VersionDiscoveryOptions } from './discovery.ts'
export type { UndiciDispatcher } from './dispatcher.ts'
export type {
  AdminError, AdminErrorCode, AnyGatewayError, BootError, ConfigInvalidError, ConfigProblem,
  GatewayErrorCode, Problem, ProblemOptions, RefusalCode, RefusalError, VersionInUseError
} from './errors.ts'
export type { VersionEventMap, VersionEvents } from './events.ts'
export type { ExplainedRequest, Explanation, Principal } from './explain.ts'
export type {
  DeclaredRequestHeaders, DefaultVersion, ForwardOptions, GatewayOptions, OverrideOptions, ProxyVersionsOptions, RequestHeaders,
  ResolveOptions, ResolveVersionOptions
} from './gateway.ts'
export type { HttpProxyOptions, HttpProxyForwardOptions } from './http-proxy.ts'
export type {
  AcceptedClaims, Authorization, AuthorizationProblem, Authorize, Claims, ClaimPath, ClaimToHeader, ClaimValue, Identity,
  IdentityProvider, IdentityProviderStatus, RouteIdentity, TokenCacheOptions, TokenSource, VerifyIdentityOptions
} from './identity.ts'
export type { IssuerTemplate } from './issuer.ts'
export type {
  Algorithm, DiscoveredJwks, InlineJwks, PemJwks, PublicJwk, RemoteJwks, RemoteKeysOptions, SecretJwks, SuppliedJwks, SuppliedKey,
  WantedKey
} from './jwks.ts'
export type {
  ProxyVersionsPlugin, ResolveVersionPlugin, SanitizeHeadersPlugin, VerifyIdentityPlugin, VersionDiscoveryPlugin, VersionGatewayPlugin
} from './plugins.ts'
export type { ResolverAnswer, VersionOpinion, VersionResolver } from './resolver.ts'
export type {
  FromHostOptions, FromMediaTypeOptions, FromPathOptions, FromQueryOptions, TenantMap, TenantMapOptions
} from './resolver-options.ts'
export type { SanitizeHeadersOptions } from './sanitize.ts'
export type {
  ActiveHealth, CookieOptions, HeaderEdits,
  RetryReason, ServerErrorLimit, TargetHealth, UpstreamOptions, UpstreamRetry, UpstreamTimeouts, UpstreamTls, VersionHealth
} from './upstream.ts'
export type { Consumer, UsageEntry, UsageOptions } from './usage.ts'
export type {
  AliasesConfig, Brownout, Disabled, RegistryOptions, RetireGuard, Timestamp, Version, VersionConfig, VersionLinks, VersionRegistry,
  VersionsConfig, VersionSet
} from './versions.ts'
export type { FromFastifyJwtOptions, IdentityVerifier, VerifierOptions } from './verifier.ts'
