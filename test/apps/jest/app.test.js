/* global afterAll, beforeAll, expect, test */
const { createPublicKey } = require('node:crypto')
const { buildApp, buildWithAdapters } = require('./app')
const { runGateway } = require('fastify-version-gateway/standalone')
const { makeClock, startIssuer, startUpstream } = require('fastify-version-gateway/testing')

const clock = makeClock('2026-06-01')
const running = []
let issuer, upstreams, send

beforeAll(async () => {
  const [v1, v2] = [await startUpstream('v1'), await startUpstream('v2')]
  issuer = await startIssuer()
  running.push(v1, v2, issuer)
  upstreams = { v1: v1.origin, v2: v2.origin }
  send = await start(buildApp({ upstreams, provider: issuer.provider(), clock }))
})

afterAll(async () => { await Promise.all(running.map((each) => each.close())) })

// `app.inject()` does not work in Jest on Node 20 and 22: it needs the package cookie, which is an ES module.
async function start (app) {
  running.push(app)
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  return async (path, options) => await fetch(origin + path, options)
}

test('requests are forwarded by version', async () => {
  const plain = await send('/orders')
  const overridden = await send('/orders', { headers: { 'x-version': 'v1' } })
  const pinned = await send('/orders', { method: 'POST', body: 'hello', headers: issuer.bearer({ version: 'v1' }) })

  expect(await plain.json()).toMatchObject({ servedBy: 'v2' })
  expect(await overridden.json()).toMatchObject({ servedBy: 'v1' })
  expect(await pinned.json()).toMatchObject({ servedBy: 'v1', body: 'hello' })
})

test('a version ends at its sunset by the clock of the test', async () => {
  clock.set('2026-12-31')

  const response = await send('/orders', { headers: { 'x-version': 'v1' } })

  expect(await response.json()).toMatchObject({ status: 410, code: 'VERSION_RETIRED', successor: 'v2' })
})

test('refusals are problems', async () => {
  const unknown = await send('/', { headers: { 'x-version': 'v9' } })
  const invalid = await send('/', { headers: issuer.bearer({}, { forged: true }) })

  expect(await unknown.json()).toMatchObject({ status: 400, code: 'VERSION_UNKNOWN' })
  expect(await invalid.json()).toMatchObject({ status: 401, code: 'TOKEN_INVALID' })
})

test('@fastify/jwt and @fastify/http-proxy work with the gateway', async () => {
  const publicKey = createPublicKey(issuer.privateKey).export({ type: 'spki', format: 'pem' })
  const sendTo = await start(buildWithAdapters({ upstreams, publicKey }))

  const pinned = await sendTo('/api/orders', { headers: issuer.bearer({ version: 'v2' }) })
  const forged = await sendTo('/api/orders', { headers: issuer.bearer({ version: 'v2' }, { forged: true }) })

  expect(await pinned.json()).toMatchObject({ servedBy: 'v2', path: '/orders', headers: { 'x-user-id': 'alice' } })
  expect(forged.status).toBe(401)
})

test('the other plugins work', async () => {
  expect((await send('/healthz')).status).toBe(200)
  expect((await send('/admin/page/page.js')).status).toBe(200)
})

test('mistakes in the options are reported', async () => {
  const broken = buildApp({ upstreams: { v1: 'orders:8080', v2: 'http://127.0.0.1:1' }, provider: issuer.provider(), clock })

  await expect(broken.ready()).rejects.toMatchObject({ code: 'VERSION_CONFIG_INVALID', message: expect.stringContaining('versions.v1.upstream') })
})

test('a gateway runs from a config file', async () => {
  const gateway = await runGateway('gateway.yaml', { env: {} })

  expect((await fetch(new URL('/healthz', gateway.address))).status).toBe(200)
  await gateway.close()
})
