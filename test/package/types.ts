// Type-checks the package as a user does.
import Fastify from 'fastify'
import versionGateway, { fromHeader, type VersionDecision } from 'fastify-version-gateway'
import { type RecentRequest, versionAdmin } from 'fastify-version-gateway/admin'
import { type RateLimit, rateLimits } from 'fastify-version-gateway/limits'
import { accessLog, observeVersions, type RequestOutcome } from 'fastify-version-gateway/observe'
import { type GatewayPlugin, runGateway, type RunningGateway } from 'fastify-version-gateway/standalone'

const app = Fastify({ logger: true })
await app.register(versionGateway, {
  versions: { latest: { upstream: 'http://127.0.0.1:1' }, v2: { upstream: 'http://127.0.0.1:2' } },
  resolve: { override: [fromHeader('x-version')], default: 'latest' }
})
app.get('/', async (request): Promise<VersionDecision | null> => request.version)

// @ts-expect-error there is no v3
app.register(versionGateway, { versions: { latest: { upstream: 'http://127.0.0.1:1' } }, resolve: { default: 'v3' } })

const perAddress: RateLimit = { name: 'per-address', requests: 20, per: 'second' }
await app.register(rateLimits, { limits: [perAddress] })
await app.register(accessLog, { headers: ['x-client'] })
await app.register(observeVersions, { path: '/metrics' })
await app.register(versionAdmin, { guard: () => true })
export const outcomeOf = ({ outcome }: RecentRequest): RequestOutcome => outcome
export const gateway: RunningGateway = await runGateway('gateway.yaml')
export default { register (app) { app.addHook('onRequest', async () => {}) } } satisfies GatewayPlugin
