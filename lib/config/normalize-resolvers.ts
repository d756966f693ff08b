import type { FromMediaTypeOptions, FromPathOptions, FromQueryOptions, TenantMapOptions } from '../../types/index.ts'
import { resolverDefaults } from './normalize-gateway.ts'

export const queryDefaults = { strip: true } as const satisfies FromQueryOptions

/** Whole and dotted numbers: `v1`, `v1.0`. */
export const pathDefaults = { pattern: /^v\d+(?:\.\d+)*$/i, index: 0 } as const satisfies FromPathOptions

export const mediaTypeDefaults = { parameter: 'version', header: 'accept' } as const satisfies FromMediaTypeOptions

/** Prefix of WebSocket subprotocols that name a version. */
export const subprotocolDefault = 'api-version.'

export const tenantMapDefaults = {
  ttlMs: 30_000,
  staleMs: 3_600_000,
  negativeTtlMs: 5_000,
  max: 10_000,
  timeoutMs: resolverDefaults.timeoutMs,
  now: Date.now,
  name: 'tenant-map'
} as const satisfies Partial<TenantMapOptions>
