import type { TenantMap, TenantMapOptions } from '../../types/index.ts'
import { answerAtOnce } from '../answer-at-once.ts'
import { show } from '../config/problems.ts'
import { pinnedVersionInvalid } from '../errors.ts'
import { builtIn } from '../stage/built-in.ts'
import { statedTenant } from '../stage/hand-over.ts'
import { TenantStore } from './tenant-store.ts'

/**
 * The version that a map of the operator's has for the caller's tenant: the pin that can be changed now, unlike
 * a claim, which lives as long as its token. What is remembered answers at once; one fetch for each tenant at a
 * time; while the map is down its last answers are used, up to `staleMs`.
 */
export function fromTenantMap (options: TenantMapOptions): TenantMap {
  const {
    key, get, ttlMs = 30_000, staleMs = 3_600_000, negativeTtlMs = 5_000, max = 10_000, timeoutMs = 200, readsHeaders, onError,
    now = Date.now, name = 'tenant-map'
  } = Object(options) as TenantMapOptions
  let store: TenantStore | undefined

  const resolver = builtIn({ reads: 'tenant-map', argument: options }, {
    name,
    timeoutMs,
    ...readsHeaders !== undefined && { readsHeaders },
    ...onError !== undefined && { onError },
    resolve (request) {
      const stated = statedTenant.get(request)
      const tenant: unknown = stated === undefined ? answerAtOnce(key, request) : stated
      if (tenant === undefined || tenant === null) return undefined
      const id = tenantId(tenant, name)
      // Made when it is needed, that is: when the config was found to be good.
      store ??= new TenantStore({ get, ttlMs, staleMs, negativeTtlMs, max, timeoutMs, now, name })
      return store.answer(id, request.log)
    }
  })
  return { ...resolver, invalidate: (key) => store?.forget(key), invalidateAll: () => store?.forgetAll() }
}

/**
 * A tenant id as text. A number is written with its digits. Anything else is a mistake in the token or the config: to
 * ignore it would send a pinned tenant to the default version.
 *
 * @throws `PINNED_VERSION_INVALID`
 */
function tenantId (tenant: unknown, name: string): string {
  if (typeof tenant === 'string') return tenant
  if (Number.isFinite(tenant)) return String(tenant)
  // Nobody knows whether this tenant's pin is locked, so an override does not help either.
  throw pinnedVersionInvalid({
    members: { source: name },
    locked: true,
    cause: new TypeError(`the tenant id for ${name} must be text or a number, not ${show(tenant)}`)
  })
}
