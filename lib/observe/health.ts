import type { FastifyInstance, FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import type { HealthOptions, HealthPlugin, VersionRegistry } from '../../types/index.ts'

/** Neither versioned nor asked for a token, and asked for every few seconds. */
const route = { config: { version: false, identity: false, observed: false } } as const

/**
 * Tells whoever runs the gateway whether it is alive, and whether it is ready for requests. Registered before or after the
 * gateway, in the same scope.
 */
async function tellHealth (app: FastifyInstance, options: HealthOptions): Promise<void> {
  const { live = '/healthz', ready = '/readyz' } = options
  let isClosing = false
  app.addHook('preClose', async () => { isClosing = true })

  app.get(live, route, async (_request, reply) => answer(reply, 200, { status: 'alive' }))
  app.get(ready, route, async (_request, reply) => {
    const checks = {
      accepting: !isClosing && options.isDraining?.() !== true,
      keys: haveKeys(app),
      ...options.needsHealthyTargets === true && { upstreams: areHealthy(options.versions ?? app.versions) }
    }
    const isReady = Object.values(checks).every(Boolean)
    return answer(reply, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', checks })
  })
}

export const gatewayHealth: HealthPlugin = fp(tellHealth, { name: 'fastify-version-gateway/health', fastify: '5.x' })

function answer (reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').send(body)
}

/** Whether every provider whose keys are fetched has some. */
function haveKeys (app: Partial<FastifyInstance>): boolean {
  return (app.identityProviders?.() ?? []).every(({ keys }) => keys.length > 0)
}

/** Whether every version that is served has a target that gets requests. */
function areHealthy (versions: VersionRegistry): boolean {
  const unhealthy = new Set(versions.health().filter(({ healthy }) => !healthy).map(({ version }) => version))
  return versions.list().every(({ id, state, disabled }) => state === 'retired' || disabled !== null || !unhealthy.has(id))
}
