import type { TenantMap, TenantMapOptions } from '../../types/index.ts'
import { answerAtOnce } from '../answer-at-once.ts'
import { show } from '../config/problems.ts'
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
      if (typeof tenant !== 'string') throw new TypeError(`key of ${name} must give text, not ${show(tenant)}`)
      // Made when it is needed, that is: when the config was found to be good.
      store ??= new TenantStore({ get, ttlMs, staleMs, negativeTtlMs, max, timeoutMs, now, name })
      return store.answer(tenant, request.log)
    }
  })
  return { ...resolver, invalidate: (key) => store?.forget(key), invalidateAll: () => store?.forgetAll() }
}
