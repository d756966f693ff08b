import type { FastifyPluginAsync } from 'fastify'
import type { VersionAdminOptions } from './admin.ts'
import type { AccessLogOptions, HealthOptions, ObserveVersionsOptions } from './observe.ts'
import type { VersionDiscoveryOptions } from './discovery.ts'
import type { GatewayOptions, ProxyVersionsOptions, ResolveVersionOptions } from './gateway.ts'
import type { VerifyIdentityOptions } from './identity.ts'
import type { SanitizeHeadersOptions } from './sanitize.ts'

// `register` infers a single options type per plugin, so a generic plugin would lose its version ids.
// These two are declared without ids; the overloads in fastify.ts infer them from the call.
type NoAliases = { aliases?: never }
export interface VersionGatewayPlugin extends FastifyPluginAsync<GatewayOptions<never, never> & NoAliases> {}
export interface ResolveVersionPlugin extends FastifyPluginAsync<ResolveVersionOptions<never, never>> {}

export type SanitizeHeadersPlugin = FastifyPluginAsync<SanitizeHeadersOptions>
export type VerifyIdentityPlugin = FastifyPluginAsync<VerifyIdentityOptions>
export type ProxyVersionsPlugin = FastifyPluginAsync<ProxyVersionsOptions>
export type VersionDiscoveryPlugin = FastifyPluginAsync<VersionDiscoveryOptions>
export type ObserveVersionsPlugin = FastifyPluginAsync<ObserveVersionsOptions>
export type AccessLogPlugin = FastifyPluginAsync<AccessLogOptions>
export type TraceVersionsPlugin = FastifyPluginAsync
export type VersionAdminPlugin = FastifyPluginAsync<VersionAdminOptions>
export type HealthPlugin = FastifyPluginAsync<HealthOptions>
