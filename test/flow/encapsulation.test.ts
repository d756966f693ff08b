import t from 'tap'
import versionGateway, {
  defineVersions, fromClaim, fromHeader, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity
} from '../../lib/index.ts'
import { listen, makeApp, startGateway } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

t.test('routes beside the gateway are left alone', async (t) => {
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

t.test('an app\'s error handler and the gateway\'s refusals do not meet', async (t) => {
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

t.test('two gateways with different settings live in one app', async (t) => {
  const app = makeApp(t)
  const [a, b] = await Promise.all([startUpstream(t, 'a'), startUpstream(t, 'b')])
  await app.register(versionGateway, { prefix: '/a', versions: { latest: { upstream: a } } })
  await app.register(versionGateway, {
    prefix: '/b',
    versions: { v1: { upstream: b }, v2: { upstream: a } },
    resolve: { override: [fromHeader('x-v')], default: 'v1' },
    forward: { versionHeader: 'x-served', rewritePrefix: '/base' }
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

t.test('the stages work one by one in an app with routes of its own', async (t) => {
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

t.test('closing the app closes its connections to upstreams', async (t) => {
  const { app, see } = await startGateway(t)
  await see('/orders')

  await t.resolves(app.close())
})
