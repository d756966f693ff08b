import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import versionGateway, { defineVersions, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../../lib/index.ts'
import { makeApp } from '../../helpers/gateway.ts'

const versions = { v1: { upstream: 'http://127.0.0.1:1' } }

async function gatewayAt (t: Test, prefix: string): Promise<FastifyInstance> {
  const app = makeApp(t)
  await app.register(versionGateway, { prefix, versions, resolve: { default: 'v1' } })
  return app
}

for (const [title, request, outcome, status, code] of [
  ['an invalid encoding', { url: '/api/%zz' }, 'refused', 400, 'REQUEST_MALFORMED'],
  ['bytes that are not UTF-8', { url: '/api/caf%E9' }, 'forwarded', null, undefined],
  ['a path that leaves the prefix', { url: '/api/../admin' }, 'refused', 400, 'REQUEST_MALFORMED'],
  ['a target in absolute form', { url: 'http://api.test/api/orders' }, 'forwarded', null, undefined],
  ['two hosts', { url: 'http://api.test/api/orders', headers: { host: ['a.test', 'b.test'] } }, 'refused', 400, 'REQUEST_MALFORMED'],
  ['a target that is too long', { url: `/api/${'a'.repeat(9000)}` }, 'refused', 414, 'TARGET_TOO_LONG'],
  ['an unknown method', { url: '/api/orders', method: 'FOO' }, 'refused', 501, 'METHOD_UNKNOWN'],
  ['TRACE', { url: '/api/orders', method: 'TRACE' }, 'refused', 405, 'METHOD_NOT_ALLOWED'],
  ['an unknown expectation', { url: '/api/orders', headers: { expect: 'the best' } }, 'refused', 417, 'EXPECTATION_FAILED'],
  ['a request with Max-Forwards: 0', { url: '/api/orders', method: 'OPTIONS', headers: { 'max-forwards': '0' } }, 'responded', 204, undefined],
  ['an upgrade', { url: '/api/orders', headers: { connection: 'Upgrade', upgrade: 'websocket' } }, 'forwarded', null, undefined],
  ['a body', { url: '/api/orders', method: 'POST', headers: { 'content-type': 'application/json', 'content-length': '5' } }, 'forwarded', null, undefined]
] as const) {
  t.test(`${title} is explained as ${outcome}`, async (t) => {
    const app = await gatewayAt(t, '/api')

    const explanation = await app.versions.explain(request)

    t.match({ ...explanation, code: explanation.problem?.code }, { outcome, status, code }, JSON.stringify(explanation))
  })
}

t.test('Fastify responds to a parameter that is too long for the router', async (t) => {
  const app = makeApp(t, { routerOptions: { maxParamLength: 5 } })
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { providers: [] })
  await app.register(resolveVersion, { versions: defineVersions(versions), default: 'v1' })
  app.get('/users/:id', async () => 'user')

  const live = await app.inject('/users/123456')
  const { outcome, status } = await app.versions.explain({ url: '/users/123456' })

  t.strictSame([outcome, status], ['responded', live.statusCode])
})

t.test('an app that only speaks HTTP/2 is explained', async (t) => {
  const app = Fastify({ http2: true }) as unknown as FastifyInstance
  t.teardown(() => app.close())
  await app.register(versionGateway, { versions, resolve: { default: 'v1' } })

  const { outcome, decision } = await app.versions.explain({ url: '/orders' })

  t.match({ outcome, decision }, { outcome: 'forwarded', decision: { id: 'v1' } })
})

t.test('a prefix with parameters can be explained and resolved for callers', async (t) => {
  const app = await gatewayAt(t, '/:tenant/api')

  const { outcome } = await app.versions.explain({ url: '/acme/api/orders' })
  const { id } = await app.versions.resolveFor({})

  t.strictSame([outcome, id], ['forwarded', 'v1'])
})

t.test('the version of a caller needs no forwarding, only a route in the scope of the stages', async (t) => {
  const app = makeApp(t)
  await app.register(async (scope) => {
    await scope.register(sanitizeHeaders, {})
    await scope.register(verifyIdentity, { providers: [] })
    await scope.register(resolveVersion, { versions: defineVersions(versions), default: 'v1' })
    scope.get('/users/:id', { config: { version: false } }, async () => 'user')
    app.decorate('inner', scope)
  }, { prefix: '/own' })
  await app.ready()

  const { id } = await (app as FastifyInstance & { inner?: FastifyInstance }).inner!.versions.resolveFor({})

  t.equal(id, 'v1')
})

t.test('a closed app cannot explain requests', async (t) => {
  const app = await gatewayAt(t, '/api')
  await app.ready()
  await app.close()

  await t.rejects(app.versions.explain({ url: '/api/orders' }), { message: /needs a gateway/ })
})
