import type { FastifyInstance, FastifyReply } from 'fastify'
import { withDefaults } from '../config/normalize.ts'
import { gatewayHealthDefaults } from '../config/normalize-plugins.ts'
import { checkPlugin } from '../config/check-stage.ts'
import { checkRequiredKeys } from '../config/check-required-keys.ts'
import { Problems } from '../problems/config-problems.ts'
import type { HealthOptions, HealthPlugin } from '../../types/observe.ts'
import type { VersionRegistry } from '../../types/index.ts'
import { definePlugin } from '../stage/define-plugin.ts'

/** Health routes have no version and need no token. They are not observed, because they are called every few seconds. */
const route = { config: { version: false, identity: false, observed: false } } as const

async function serveHealth (app: FastifyInstance, options: HealthOptions): Promise<void> {
  checkPlugin('gatewayHealth', options)
  const { live, ready, requireKeys, needsHealthyTargets, isDraining } = withDefaults(options, gatewayHealthDefaults)
  let isClosing = false
  if (typeof requireKeys !== 'string') app.addHook('onReady', async () => { checkNames(app, requireKeys) })
  app.addHook('preClose', async () => { isClosing = true })

  app.get(live, route, async (_request, reply) => sendUncached(reply, 200, { status: 'alive' }))
  app.get(ready, route, async (_request, reply) => {
    const keys = keysOf(app)
    const checks = {
      accepting: !isClosing && isDraining?.() !== true,
      keys: haveKeys(keys, requireKeys),
      ...needsHealthyTargets && { upstreams: areHealthy(options.versions ?? app.versions) }
    }
    const isReady = Object.values(checks).every(Boolean)
    return sendUncached(reply, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', checks, keys })
  })
}

/**
 * Adds routes for liveness and readiness probes. Register it before or after the gateway, in the same scope.
 *
 * @throws `VERSION_CONFIG_INVALID` with every problem of the options
 *
 * @example
 * await app.register(versionGateway, { versions })
 * await app.register(gatewayHealth, { requireKeys: ['tenant-idp'] })
 */
export const gatewayHealth: HealthPlugin = definePlugin('fastify-version-gateway/health', serveHealth)

function sendUncached (reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').send(body)
}

type Keys = Readonly<Record<'available' | 'missing', readonly string[]>>

/** The names of the providers with and without keys. */
function keysOf (app: Partial<FastifyInstance>): Keys {
  const providers = app.identityProviders?.() ?? []
  // Keys that are looked up on demand are there when a token needs them, so the first one must be let in.
  const names = (hasKeys: boolean): string[] => providers
    .filter(({ keys, onDemand }) => (keys.length > 0 || onDemand === true) === hasKeys).map(({ name }) => name)
  return { available: names(true), missing: names(false) }
}

function haveKeys ({ available, missing }: Keys, required: NonNullable<HealthOptions['requireKeys']>): boolean {
  if (required === 'none') return true
  if (required === 'all') return missing.length === 0
  // Without providers, no keys are missing.
  if (required === 'any') return available.length > 0 || missing.length === 0
  return required.every((name) => available.includes(name))
}

/** @throws `VERSION_CONFIG_INVALID` */
function checkNames (app: Partial<FastifyInstance>, required: readonly string[]): void {
  const known = (app.identityProviders?.() ?? []).map(({ name }) => name)
  const problems = new Problems()
  checkRequiredKeys(problems, ['requireKeys'], required, known)
  problems.throwIfAny('the options of gatewayHealth')
}

/** Whether every served version has a target that receives requests. */
function areHealthy (versions: VersionRegistry): boolean {
  const unhealthy = new Set(versions.health().filter(({ healthy }) => !healthy).map(({ version }) => version))
  return versions.list().every(({ id, state, disabled }) => state === 'retired' || disabled !== null || !unhealthy.has(id))
}
