import type { FastifyInstance } from 'fastify'
import type { LimitStore, RateLimitsOptions, RateLimitsPlugin } from '../../types/limits.ts'
import { checkLimits } from '../config/check-limits.ts'
import { checkStage } from '../config/check-stage.ts'
import { withDefaults } from '../config/normalize.ts'
import { rateLimitsDefaults } from '../config/normalize-limits.ts'
import { StageOrderInvalid } from '../errors.ts'
import { mountedAt } from '../http/mounted-prefix.ts'
import { extendScope, scopeOf } from '../stage/context.ts'
import { definePlugin } from '../stage/define-plugin.ts'
import { hasStage } from '../stage/define-stage.ts'
import { addGate } from '../stage/gates.ts'
import { reloadState } from '../stage/reload-state.ts'
import { GuardedStore } from './guarded-store.ts'
import { KnownExhausted } from './known-exhausted.ts'
import { Limit } from './limit.ts'
import { Limiter } from './limiter.ts'
import { MemoryStore } from './memory-store.ts'
import { planner } from './plan.ts'

async function limitRequests (app: FastifyInstance, options: RateLimitsOptions): Promise<void> {
  checkStage('rateLimits', options, (problems) => checkLimits(problems, ['limits'], options.limits, scopeOf(app).limitNames))
  refuseLate(app)
  const { limits: configs, now, store: given, storeTimeoutMs, onStoreError } = withDefaults(options, rateLimitsDefaults)
  const { ignoresCase } = mountedAt('', app)
  const limits = configs.map((config) => new Limit(config, ignoresCase))
  const local = reloadState(app, 'limits', () => new MemoryStore(now))
  const store: LimitStore = given ?? local
  const limiter = new Limiter({
    planOf: planner(limits),
    store: new GuardedStore({ store, storeTimeoutMs, onStoreError, local, log: app.log }),
    exhausted: store.isRemote === true ? new KnownExhausted(now) : null
  })

  addGate(app, limiter)
  extendScope(app, { limitNames: [...scopeOf(app).limitNames, ...configs.map(({ name }) => name)] })
  app.addHook('onClose', async () => await store.close?.())
}

/**
 * Limits the rate of requests by address, claim, header, cookie, version, rule, or all together. Register it before the gateway, in
 * the same scope or around it.
 *
 * @throws `VERSION_CONFIG_INVALID`, `STAGE_ORDER_INVALID` at boot
 *
 * @example
 * await app.register(rateLimits, {
 *   limits: [
 *     { name: 'per-address', requests: 20, per: 'second' },
 *     { name: 'per-tenant', requests: 1000, per: 'minute', by: ['claim:tenantId'] }
 *   ]
 * })
 * await app.register(versionGateway, { versions })
 */
export const rateLimits: RateLimitsPlugin = definePlugin('fastify-version-gateway/limits', limitRequests)

/** Requests of an earlier gateway would not be limited. @throws `STAGE_ORDER_INVALID` */
function refuseLate (app: FastifyInstance): void {
  if (!app.hasDecorator('versions') && !hasStage(app, 'verifyIdentity')) return
  throw new StageOrderInvalid('rateLimits must be registered before the gateway. Register them in this order: app.register(rateLimits, { ... }), app.register(versionGateway, { ... }).')
}
