/* global afterAll, beforeAll, expect, test */
const { generateKeyPairSync, sign } = require('node:crypto')
const { createServer } = require('node:http')
const buildApp = require('./app')
const { runGateway } = require('fastify-version-gateway/standalone')

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const servers = []
let app

async function startUpstream (name) {
  const server = createServer((request, response) => request.pipe(response.setHeader('served-by', name)))
  servers.push(server)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${server.address().port}`
}

function tokenWith (claims) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const content = `${encode({ alg: 'ES256' })}.${encode({ iss: 'https://idp.test', exp: Date.now() / 1000 + 60, ...claims })}`
  return `${content}.${sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

beforeAll(async () => {
  const upstreams = { v1: await startUpstream('v1'), v2: await startUpstream('v2') }
  app = buildApp({ upstreams, jwk: { ...publicKey.export({ format: 'jwk' }), alg: 'ES256' } })
  await app.listen({ port: 0, host: '127.0.0.1' })
})

afterAll(async () => {
  await app.close()
  for (const server of servers) server.close()
})

// `app.inject()` does not work in Jest on Node 20 and 22: it needs the package cookie, which is an ES module.
async function send (path, options) {
  return await fetch(`http://127.0.0.1:${app.server.address().port}${path}`, options)
}

test('requests are forwarded by version', async () => {
  const plain = await send('/orders')
  const overridden = await send('/orders', { headers: { 'x-version': 'v2' } })
  const pinned = await send('/orders', { method: 'POST', body: 'hello', headers: { authorization: `Bearer ${tokenWith({ version: 'v2' })}` } })

  expect(plain.headers.get('served-by')).toBe('v1')
  expect(overridden.headers.get('served-by')).toBe('v2')
  expect(pinned.headers.get('served-by')).toBe('v2')
  expect(await pinned.text()).toBe('hello')
})

test('refusals are problems', async () => {
  const unknown = await send('/', { headers: { 'x-version': 'v9' } })
  const invalid = await send('/', { headers: { authorization: 'Bearer x.y.z' } })

  expect(await unknown.json()).toMatchObject({ status: 400, code: 'VERSION_UNKNOWN' })
  expect(await invalid.json()).toMatchObject({ status: 401, code: 'TOKEN_INVALID' })
})

test('the other plugins work', async () => {
  expect((await send('/healthz')).status).toBe(200)
  expect((await send('/admin/page/page.js')).status).toBe(200)
})

test('mistakes in the options are reported', async () => {
  const broken = buildApp({ upstreams: { v1: 'orders:8080', v2: 'http://127.0.0.1:1' }, jwk: publicKey.export({ format: 'jwk' }) })

  await expect(broken.ready()).rejects.toMatchObject({ code: 'VERSION_CONFIG_INVALID', message: expect.stringContaining('versions.v1.upstream') })
})

test('a gateway runs from a config file', async () => {
  const gateway = await runGateway('gateway.yaml', { env: {} })

  expect((await fetch(new URL('/healthz', gateway.address))).status).toBe(200)
  await gateway.close()
})
