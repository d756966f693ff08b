// The tests of an app with a gateway: with the test kit, and with mocks of undici for everything outside of the app.
//
//   npx tsx examples/testing.ts
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import versionGateway, { fromClaim, fromHeader } from 'fastify-version-gateway'
import { expectVersion, makeClock, makeIssuer } from 'fastify-version-gateway/testing'
import { type Dispatcher, MockAgent } from 'undici'

/** Builds the app. Its tests pass a dispatcher and a clock; without them, it uses the network and the current time. */
async function buildApp ({ dispatcher, now }: { dispatcher?: Dispatcher, now?: () => number } = {}): Promise<FastifyInstance> {
  const app = Fastify()
  const upstream = (targets: string) => ({ targets, ...dispatcher && { dispatcher } })
  await app.register(versionGateway, {
    versions: {
      v1: { upstream: upstream('http://v1.test'), sunsetAt: '2026-12-31', enforceSunset: true },
      v2: { upstream: upstream('http://v2.test') }
    },
    registry: { ...now && { now } },
    identity: {
      providers: [{
        name: 'idp',
        issuer: 'https://issuer.test',
        audiences: ['test-api'],
        jwks: { url: 'https://issuer.test/jwks.json', ...dispatcher && { dispatcher } }
      }]
    },
    resolve: { override: [fromHeader('x-version')], pin: [fromClaim('version')], default: 'v2' },
    forward: { requestHeaders: ({ identity }) => ({ 'x-tenant': (identity?.claims.tenant as string | undefined) ?? null }) }
  })
  return app
}

/** Mocks the network: an issuer with its keys, and two upstreams that respond with the tenant. */
async function start (t: TestContext) {
  const [agent, issuer, clock] = [new MockAgent(), makeIssuer(), makeClock('2026-06-01')]
  agent.disableNetConnect()
  agent.get('https://issuer.test').intercept({ path: '/jwks.json' }).reply(200, issuer.jwks()).persist()
  for (const id of ['v1', 'v2']) {
    agent.get(`http://${id}.test`).intercept({ path: '/orders' }).reply(200, ({ headers }) =>
      ({ servedBy: id, tenant: (headers as Record<string, string>)['x-tenant'] })).persist()
  }
  const app = await buildApp({ dispatcher: agent, now: clock.now })
  t.after(() => Promise.all([app.close(), agent.close()]))
  return { app, agent, issuer, clock }
}

test('a tenant is served by its version', async (t) => {
  const { app, issuer } = await start(t)

  const response = await app.inject({ url: '/orders', headers: issuer.bearer({ version: 'v1', tenant: 'acme' }) })

  assert.deepEqual(response.json(), { servedBy: 'v1', tenant: 'acme' })
})

test('an override has precedence, and everyone else gets the default', async (t) => {
  const { app, issuer } = await start(t)

  await expectVersion(app, { url: '/orders', headers: { ...issuer.bearer({ version: 'v2' }), 'x-version': 'v1' } }, { id: 'v1', tier: 'override' })
  await expectVersion(app, '/orders', { id: 'v2', tier: 'default' })
})

test('v1 ends at its sunset', async (t) => {
  const { app, clock } = await start(t)
  const headers = { 'x-version': 'v1' }
  await expectVersion(app, { url: '/orders', headers }, 'v1')

  clock.set('2026-12-31')

  assert.equal((await app.inject({ url: '/orders', headers })).statusCode, 410)
})

test('an expired token is refused', async (t) => {
  const { app, issuer } = await start(t)

  const response = await app.inject({ url: '/orders', headers: issuer.bearer({}, { expiresIn: -60 }) })

  assert.equal(response.json().code, 'TOKEN_INVALID')
})

test('a failed upstream is a 502', async (t) => {
  const { app, agent } = await start(t)
  agent.get('http://v2.test').intercept({ path: '/broken' }).replyWithError(new Error('refused'))

  assert.equal((await app.inject('/broken')).statusCode, 502)
})
