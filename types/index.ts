import './fastify.ts'

export type { ExternalCheck, ExternalChecksOptions, ExternalChecksPlugin } from './checks.ts'
export type { CorsHeaders, CorsHeadersOptions } from './cors.ts'
export type { Overridden, VersionDecision } from './decision.ts'
export type { Timestamp, Tier, VersionState } from './terms.ts'
export type { DiscoveredVersion, DiscoveredVersions, VersionDiscoveryOptions } from './discovery.ts'
export type { UndiciDispatcher } from './dispatcher.ts'
export type {
  AdminError, AdminErrorCode, AnyGatewayError, BootError, ConfigInvalidError, ConfigProblem,
  GatewayErrorCode, Problem, ProblemOptions, RefusalCode, RefusalError, VersionInUseError
} from './errors.ts'
export type { VersionEventMap, VersionEvents } from './events.ts'
export type { ExplainedRequest, Explanation, Principal } from './explain.ts'
export type {
  DeclaredRequestHeaders, DefaultVersion, ForwardOptions, GatewayOptions, MatchRouteOptions, OverrideOptions, ProxyVersionsOptions,
  RequestHeaders, ResolveOptions, ResolveVersionOptions
} from './gateway.ts'
export type { HttpProxyOptions, HttpProxyForwardOptions } from './http-proxy.ts'
export type { AcceptedClaims, Authorization, AuthorizationProblem, Authorize, Claims, ClaimPath, ClaimValue, Identity } from './claims.ts'
export type { ClaimToHeader, IdentityProvider, IdentityProviderStatus, TokenCacheOptions, TokenSource, VerifyIdentityOptions } from './identity.ts'
export type { IdentityPolicy, RouteIdentity } from './route-identity.ts'
export type { IssuerTemplate } from './issuer.ts'
export type {
  Algorithm, DiscoveredJwks, InlineJwks, PemJwks, PublicJwk, RemoteJwks, RemoteKeysOptions, SecretJwks, SuppliedJwks, SuppliedKey,
  WantedKey
} from './jwks.ts'
export type {
  MatchRoutePlugin,
  ProxyVersionsPlugin, ResolveVersionPlugin, SanitizeHeadersPlugin, VerifyIdentityPlugin, VersionDiscoveryPlugin, VersionGatewayPlugin
} from './plugins.ts'
export type { ResolverAnswer, VersionOpinion, VersionResolver } from './resolver.ts'
export type {
  FromHostOptions, FromMediaTypeOptions, FromPathOptions, FromQueryOptions, TenantMap, TenantMapOptions
} from './resolver-options.ts'
export type {
  CompareOptions, MirrorConfig, MirrorOptions, ShadowComparison, ShadowDifference, ShadowOutcome, ShadowPair, ShadowPlace, ShadowReport
} from './mirrors.ts'
export type {
  DecisionRollout, RolloutChange, RolloutConfig, RolloutGroup, RolloutGuard, RolloutStatus
} from './rollouts.ts'
export type {
  CoverageConfig, PathMatch, PathRewrite, RouteConfig, RouteCors, RouteMatch, RouteRedirect, RouteResponse, RouteTarget, StickyKey,
  ValueMatch
} from './routes.ts'
export type { TrafficConfig } from './traffic.ts'
export type { VersionRegistry } from './registry.ts'
export type { SanitizeHeadersOptions } from './sanitize.ts'
export type {
  ActiveHealth, CookieOptions, HeaderEdits,
  RetryReason, ServerErrorLimit, TargetHealth, UpstreamOptions, UpstreamRetry, UpstreamTimeouts, UpstreamTls, VersionHealth
} from './upstream.ts'
export type { Consumer, UsageEntry, UsageOptions } from './usage.ts'
export type {
  AliasesConfig, Brownout, Disabled, RegistryOptions, RetireGuard, Version, VersionConfig, VersionLinks, VersionsConfig, VersionSet
} from './versions.ts'
export type { FromFastifyJwtOptions, IdentityVerifier, VerifierOptions } from './verifier.ts'
