import { equal } from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import httpProxy from '@fastify/http-proxy'
import fastifyJwt from '@fastify/jwt'
import Fastify from 'fastify'
import versionGateway, {
  defineVersions,
  fromClaim,
  fromFastifyJwt,
  fromHeader,
  httpProxyOptions,
  resolveVersion,
  sanitizeHeaders,
  verifyIdentity,
  type VersionDecision
} from 'fastify-version-gateway'
import { type RecentRequest, versionAdmin } from 'fastify-version-gateway/admin'
import { accessLog, type RequestOutcome } from 'fastify-version-gateway/observe'
import { type GatewayPlugin, runGateway } from 'fastify-version-gateway/standalone'
import { expectVersion, makeIssuer, startUpstream, type TestIssuer } from 'fastify-version-gateway/testing'

export const plugin: GatewayPlugin = { register (app) { app.addHook('onRequest', async () => {}) } }
export const outcomeOf = ({ outcome }: RecentRequest): RequestOutcome => outcome

const wrong = { versions: { v2: { upstream: 'http://127.0.0.1:1' } }, resolve: { default: 'v3' } } as const
// @ts-expect-error there is no v3
export const refuse = (): unknown => Fastify().register(versionGateway, wrong)

async function checkGateway (): Promise<void> {
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

/** An app that keeps @fastify/jwt and @fastify/http-proxy. */
async function checkAdapters (): Promise<void> {
  const issuer: TestIssuer = makeIssuer()
  const upstream = await startUpstream('v2')
  const versions = defineVersions({ v1: { upstream: 'http://127.0.0.1:1' }, v2: { upstream: upstream.origin } })
  const app = Fastify()
  await app.register(fastifyJwt, { secret: { public: createPublicKey(issuer.privateKey).export({ type: 'spki', format: 'pem' }) } })
  await app.register(sanitizeHeaders)
  await app.register(verifyIdentity, { from: fromFastifyJwt({ claimsToHeaders: [{ claim: 'sub', header: 'x-user-id' }] }) })
  await app.register(resolveVersion, { versions, pin: [fromClaim('version')], default: 'v1' })
  await app.register(httpProxy, { prefix: '/api', ...httpProxyOptions(versions, { requestHeaders: () => ({ 'x-tenant': 'acme' }) }) })

  const headers = issuer.bearer({ version: 'v2' })
  const { servedBy, path, headers: seen } = (await app.inject({ url: '/api/orders', headers })).json()
  equal([servedBy, path, seen['x-user-id'], seen['x-tenant']].join(), 'v2,/orders,alice,acme')
  equal((await expectVersion(app, { url: '/api/orders', headers }, 'v2')).tier, 'pin')
  await Promise.all([app.close(), upstream.close()])
}

Promise.all([checkGateway(), checkAdapters()]).catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
