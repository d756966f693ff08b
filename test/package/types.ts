// What a user's compiler sees of it.
import Fastify from 'fastify'
import versionGateway, { fromHeader, type VersionDecision } from 'fastify-version-gateway'

const app = Fastify({ logger: true })
await app.register(versionGateway, {
  versions: { latest: { upstream: 'http://127.0.0.1:1' }, v2: { upstream: 'http://127.0.0.1:2' } },
  resolve: { override: [fromHeader('x-version')], default: 'latest' }
})
app.get('/', async (request): Promise<VersionDecision | null> => request.version)

// @ts-expect-error there is no v3
app.register(versionGateway, { versions: { latest: { upstream: 'http://127.0.0.1:1' } }, resolve: { default: 'v3' } })
