import t from 'tap'
import versionGateway, {
  defineVersions, fromClaim, fromHeader, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity
} from '../../lib/index.ts'
import { listen, makeApp, startGateway } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

t.test('routes outside the gateway are not affected', async (t) => {
  const app = makeApp(t)
  app.get('/local', async ({ identity, version, headers }) => ({ identity, version, spoofed: headers['x-target-version'] }))
  app.post('/parsed', async ({ body }) => body)
  const { send } = await startGateway(t, {}, app)

  const local = await send('/local', {
    headers: { authorization: 'Bearer bad', 'x-version-override': 'v9', 'x-target-version': 'v2' }
  })
  const parsed = await send('/parsed', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' })

  t.strictSame(await local.json(), { identity: null, version: null, spoofed: 'v2' })
  t.strictSame(await parsed.json(), { a: 1 })
})

t.test('the app\'s error handler does not handle refusals, and the gateway does not handle errors of the app', async (t) => {
  const app = makeApp(t)
  app.setErrorHandler(async (error: Error, _request, reply) => reply.code(418).send({ mine: error.message }))
  app.get('/broken', async () => { throw new Error('broken') })
  const { send } = await startGateway(t, {}, app)

  const broken = await send('/broken')
  const refused = await send('/orders', { headers: { 'x-version-override': 'v9' } })

  t.strictSame([broken.status, await broken.json()], [418, { mine: 'broken' }])
  t.equal(refused.status, 400)
  t.match(await refused.json(), { code: 'VERSION_UNKNOWN' })
})

t.test('two gateways with different settings can coexist in one app', async (t) => {
  const app = makeApp(t)
  const [a, b] = await Promise.all([startUpstream(t, 'a'), startUpstream(t, 'b')])
  await app.register(versionGateway, { prefix: '/a', versions: { latest: { upstream: a } } })
  await app.register(versionGateway, {
    prefix: '/b',
    versions: { v1: { upstream: { targets: b, rewritePrefix: '/base' } }, v2: { upstream: { targets: a, rewritePrefix: '/base' } } },
    resolve: { override: [fromHeader('x-v')], default: 'v1' },
    forward: { versionHeader: 'x-served' }
  })
  const origin = await listen(app)

  const first = await (await fetch(`${origin}/a/x`, { headers: { 'x-v': 'v9' } })).json() as Seen
  const second = await (await fetch(`${origin}/b/x?y=1`)).json() as Seen
  const third = await (await fetch(`${origin}/b`, { headers: { 'x-v': 'V2' } })).json() as Seen

  t.match(first, { servedBy: 'a', path: '/x', headers: { 'api-version': 'latest' } })
  t.match(second, { servedBy: 'b', path: '/base/x?y=1', headers: { 'x-served': 'v1' } })
  t.match(third, { servedBy: 'a', path: '/base', headers: { 'x-served': 'v2' } })
  t.equal(app.versions.list()[0]!.id, 'latest', 'the first gateway is the one the app shows')
})

t.test('the stages can be registered separately in an app with its own routes', async (t) => {
  const app = makeApp(t)
  const issuer = makeIssuer()
  const versions = defineVersions({
    latest: { upstream: await startUpstream(t, 'latest') },
    v2: { upstream: await startUpstream(t, 'v2') }
  }, { aliases: { stable: 'latest' } })
  await app.register(sanitizeHeaders, { owned: ['x-user-*'] })
  await app.register(verifyIdentity, {
    providers: [issuer.provider({ claimsToHeaders: [{ claim: 'version', header: 'x-target-version' }] })]
  })
  await app.register(resolveVersion, {
    versions, override: [fromHeader('x-version-override')], pin: [fromClaim('version'), fromHeader('x-target-version')], default: 'stable'
  })
  app.get('/healthz', { config: { version: false, identity: false } }, async ({ version }) => ({ version }))
  app.get('/version', async ({ version }) => version)
  await app.register(proxyVersions, { versions, prefix: '/api' })
  const origin = await listen(app)
  const headers = { authorization: `Bearer ${issuer.token({ version: 'v2' })}` }

  const health = await fetch(`${origin}/healthz`, { headers: { 'x-version-override': 'v9', authorization: 'Bearer bad' } })
  const version = await fetch(`${origin}/version`, { headers })
  const proxied = await (await fetch(`${origin}/api/orders`, { headers })).json() as Seen

  t.strictSame(await health.json(), { version: null })
  t.match(await version.json(), { id: 'v2', tier: 'pin', source: 'claim:version', requested: 'v2' })
  t.match(proxied, { servedBy: 'v2', path: '/orders', headers: { 'x-target-version': 'v2' } })
  t.equal(app.versions, versions)
})

t.test('closing the app closes its upstream connections', async (t) => {
  const { app, see } = await startGateway(t)
  await see('/orders')

  await t.resolves(app.close())
})

t.test('with a gateway at the root, the app keeps its own routes, even /', async (t) => {
  const app = makeApp(t)
  app.get('/', async () => 'mine')
  const { send, see } = await startGateway(t, {}, app)

  const mine = await send('/')
  const forwarded = await see('/?x=1', { method: 'POST' })

  t.equal(await mine.text(), 'mine')
  t.match(forwarded, { servedBy: 'latest', path: '/?x=1' })
})

t.test('a request for exactly the prefix is forwarded as /, with its query', async (t) => {
  const app = makeApp(t)
  await app.register(versionGateway, { prefix: '/api', versions: { latest: { upstream: await startUpstream(t, 'latest') } } })
  const origin = await listen(app)

  const paths = await Promise.all(['/api', '/api?x=1', '/api/', '/api/?x=1'].map(async (path) =>
    (await (await fetch(origin + path)).json() as Seen).path))

  t.strictSame(paths, ['/', '/?x=1', '/', '/?x=1'])
})

t.test('two gateways under the same prefix are rejected with a clear message', async (t) => {
  const app = makeApp(t)
  const versions = { latest: { upstream: 'http://127.0.0.1:1' } }
  app.register(versionGateway, { prefix: '/api', versions })
  app.register(versionGateway, { prefix: '/api', versions })

  await t.rejects(async () => await app.ready(), {
    code: 'VERSION_CONFIG_INVALID', message: /- prefix: everything under '\/api' is already served by another route/
  })
})

t.test('one registry can be forwarded under several prefixes', async (t) => {
  const app = makeApp(t)
  const versions = defineVersions({ latest: { upstream: { targets: await startUpstream(t, 'latest'), rewritePrefix: '/v/' } } })
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { providers: [] })
  await app.register(resolveVersion, { versions })
  await app.register(proxyVersions, { versions, prefix: '/a' })
  await app.register(proxyVersions, { versions, prefix: '/b' })
  const origin = await listen(app)

  const [a, b] = await Promise.all(['/a/x', '/b/x'].map(async (path) => await (await fetch(origin + path)).json() as Seen))

  t.equal(a!.path, '/v/x')
  t.equal(b!.path, '/v/x')
})

t.test('stages that are registered separately next to a gateway have their own registry', async (t) => {
  const app = makeApp(t)
  const versions = defineVersions({ latest: { upstream: 'http://127.0.0.1:1' } })
  await app.register(versionGateway, { prefix: '/a', versions: { v1: { upstream: 'http://127.0.0.1:1' } }, resolve: { default: 'v1' } })
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { providers: [] })
  await app.register(resolveVersion, { versions })
  app.get('/version', async ({ version }) => version)

  const response = await app.inject('/version')

  t.match(response.json(), { id: 'latest' })
  t.equal(app.versions.list()[0]!.id, 'v1')
})

t.test('a gateway at the root is rejected if the app has a catch-all route', async (t) => {
  const app = makeApp(t)
  app.get('/*', async () => 'mine')
  app.register(versionGateway, { versions: { latest: { upstream: 'http://127.0.0.1:1' } } })

  await t.rejects(async () => await app.ready(), { message: /everything under '\/' is already served by another route/ })
})

t.test('a path without a route gets the app\'s 404', async (t) => {
  const app = makeApp(t)
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { providers: [makeIssuer().provider()] })
  await app.register(resolveVersion, { versions: defineVersions({ latest: { upstream: 'http://127.0.0.1:1' } }) })

  const response = await app.inject('/nowhere')

  t.equal(response.statusCode, 404)
})

t.test('the gateway accepts an existing registry with its aliases', async (t) => {
  const app = makeApp(t)
  const versions = defineVersions({ v1: { upstream: await startUpstream(t, 'v1') } }, { aliases: { stable: 'v1' } })
  await app.register(versionGateway, { versions, resolve: { default: 'stable' } })
  const origin = await listen(app)

  const seen = await (await fetch(`${origin}/orders`)).json() as Seen

  t.equal(seen.servedBy, 'v1')
  t.equal(app.versions, versions)
})
