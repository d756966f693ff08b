import type { FastifyRequest } from 'fastify'
import type { TenantMap, TenantMapOptions } from '../../../types/index.ts'
import { withDefaults } from '../../config/normalize.ts'
import { tenantMapDefaults } from '../../config/normalize-resolvers.ts'
import { claimNames, readWrittenClaim } from '../../identity/claim-path.ts'
import { callSync } from '../../shared/call-sync.ts'
import { show } from '../../problems/config-problems.ts'
import { pinnedVersionInvalid } from '../../errors.ts'
import { builtIn } from '../../stage/built-in.ts'
import { contextOf } from '../../stage/context.ts'
import { TenantCache } from './tenant-cache.ts'

/**
 * Looks up the version of the caller's tenant in your own map. Unlike a claim, which lives as long as its token, such a pin
 * can be changed at once. Results are cached, there is one lookup per tenant at a time, and while the map is down, the last
 * results are used for up to `staleMs`.
 *
 * @example
 * fromTenantMap({
 *   key: 'tenant',
 *   get: async (tenant, signal) => await database.versionOf(tenant, { signal })
 * })
 */
export function fromTenantMap (options: TenantMapOptions): TenantMap {
  const resolved = withDefaults(options, tenantMapDefaults)
  const { key, timeoutMs, readsHeaders, onError, name } = resolved
  const claim = typeof key === 'function' ? null : claimNames(key)
  const tenantOf = (request: FastifyRequest): unknown => typeof key === 'function' ? callSync(key, request) : claimOf(request, claim!)
  let cache: TenantCache | undefined

  const resolver = builtIn({ reads: 'tenant-map', argument: options, ...claim !== null && { claim } }, {
    name,
    timeoutMs,
    ...readsHeaders !== undefined && { readsHeaders },
    ...onError !== undefined && { onError },
    resolve (request) {
      const stated = contextOf(request).dryRun?.tenant
      const tenant = stated === undefined ? tenantOf(request) : stated
      if (tenant === undefined || tenant === null) return undefined
      const id = tenantId(tenant, name)
      // The cache is made on first use, after the config has been checked.
      cache ??= new TenantCache(resolved)
      return cache.find(id, request.log)
    }
  })
  return { ...resolver, invalidate: (key) => cache?.forget(key), invalidateAll: () => cache?.forgetAll() }
}

function claimOf ({ identity }: FastifyRequest, names: readonly string[]): unknown {
  return identity === null ? undefined : readWrittenClaim(identity.claims, names)
}

/**
 * Returns a tenant id as a string. Any other type than string or number is a mistake in the token or the config. Ignoring
 * it would send a pinned tenant to the default version.
 *
 * @throws `PINNED_VERSION_INVALID`
 */
function tenantId (tenant: unknown, name: string): string {
  if (typeof tenant === 'string') return tenant
  if (Number.isFinite(tenant)) return String(tenant)
  // The pin of this tenant may be locked, so overrides are refused too.
  throw pinnedVersionInvalid({
    members: { source: name },
    locked: true,
    cause: new TypeError(`the tenant id for ${name} must be a string or a number, not ${show(tenant)}`)
  })
}
