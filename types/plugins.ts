import type { FastifyPluginAsync } from 'fastify'
import type { VersionDiscoveryOptions } from './discovery.ts'
import type { GatewayOptions, MatchRouteOptions, ProxyVersionsOptions, ResolveVersionOptions } from './gateway.ts'
import type { VerifyIdentityOptions } from './identity.ts'
import type { SanitizeHeadersOptions } from './sanitize.ts'
import type { VerifierOptions } from './verifier.ts'

// `register` infers a single options type per plugin, so a generic plugin would lose its version ids.
// These two are declared without ids; the overloads in fastify.ts infer them from the call.
type NoAliases = { aliases?: never }
/** The type of `versionGateway`. */
export interface VersionGatewayPlugin extends FastifyPluginAsync<GatewayOptions<never, never> & NoAliases> {}
/** The type of `resolveVersion`. */
export interface ResolveVersionPlugin extends FastifyPluginAsync<ResolveVersionOptions<never, never>> {}

/** The type of `sanitizeHeaders`. */
export type SanitizeHeadersPlugin = FastifyPluginAsync<SanitizeHeadersOptions>
/** The type of `matchRoute`. */
export type MatchRoutePlugin = FastifyPluginAsync<MatchRouteOptions>
/** The type of `verifyIdentity`. */
export type VerifyIdentityPlugin = FastifyPluginAsync<VerifyIdentityOptions | VerifierOptions>
/** The type of `proxyVersions`. */
export type ProxyVersionsPlugin = FastifyPluginAsync<ProxyVersionsOptions>
/** The type of `versionDiscovery`. */
export type VersionDiscoveryPlugin = FastifyPluginAsync<VersionDiscoveryOptions>
