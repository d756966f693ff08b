import type { VersionAdminOptions } from '../../types/admin.ts'
import type { VersionDiscoveryOptions } from '../../types/index.ts'
import type { AccessLogOptions, HealthOptions, ObserveVersionsOptions, RequestIdOptions } from '../../types/observe.ts'
import { type WithDefaults, withDefaults } from './normalize.ts'

export const discoveryDefaults = { path: '/versions', catalog: false } as const satisfies VersionDiscoveryOptions

export const metricsDefaults = { path: '/metrics', prefix: 'version_gateway_' } as const satisfies ObserveVersionsOptions

export const requestIdDefaults = { header: 'x-request-id', trust: false } as const satisfies RequestIdOptions

export const accessLogDefaults = { requestIdHeader: requestIdDefaults.header, headers: [] } as const satisfies AccessLogOptions

export const gatewayHealthDefaults = {
  live: '/healthz', ready: '/readyz', requireKeys: 'any', needsHealthyTargets: false
} as const satisfies HealthOptions

/** The actor is the address of the connection. */
export const adminDefaults = { prefix: '/admin', actor: ({ ip }) => ip } satisfies Partial<VersionAdminOptions>

type RecentOptions = NonNullable<VersionAdminOptions['recent']>

export const recentDefaults = { max: 200, sampleEvery: 1 } as const satisfies RecentOptions

export type ResolvedRecent = WithDefaults<Omit<RecentOptions, 'oneOf'>, typeof recentDefaults>

export function normalizeRecent ({ oneOf, ...others }: RecentOptions = {}): ResolvedRecent {
  return withDefaults(others, { ...recentDefaults, ...oneOf !== undefined && { sampleEvery: oneOf } })
}
