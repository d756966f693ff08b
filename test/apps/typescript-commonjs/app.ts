import { equal } from 'node:assert/strict'
import Fastify from 'fastify'
import versionGateway, { fromHeader, type VersionDecision } from 'fastify-version-gateway'
import { type RecentRequest, versionAdmin } from 'fastify-version-gateway/admin'
import { accessLog, type RequestOutcome } from 'fastify-version-gateway/observe'
import { type GatewayPlugin, runGateway } from 'fastify-version-gateway/standalone'

export const plugin: GatewayPlugin = { register (app) { app.addHook('onRequest', async () => {}) } }
export const outcomeOf = ({ outcome }: RecentRequest): RequestOutcome => outcome

const wrong = { versions: { v2: { upstream: 'http://127.0.0.1:1' } }, resolve: { default: 'v3' } } as const
// @ts-expect-error there is no v3
export const refuse = (): unknown => Fastify().register(versionGateway, wrong)

async function main (): Promise<void> {
  const app = Fastify()
  await app.register(accessLog, { headers: ['x-client'] })
  await app.register(versionAdmin, { guard: () => true })
  await app.register(versionGateway, {
    versions: { latest: { upstream: 'http://127.0.0.1:1' }, v2: { upstream: 'http://127.0.0.1:2' } },
    resolve: { override: [fromHeader('x-version')], default: 'latest' }
  })
  app.get('/version', async (request): Promise<VersionDecision | null> => request.version)

  const response = await app.inject({ url: '/', headers: { 'x-version': 'v9' } })
  equal(response.json().code, 'VERSION_UNKNOWN')
  equal(typeof runGateway, 'function')
  await app.close()
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
