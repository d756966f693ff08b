import t from 'tap'
import { fromPath } from '../lib/index.ts'
import { startHttpProxy as start } from './helpers/http-proxy.ts'
import { startUpstream } from './helpers/upstream.ts'

t.test('@fastify/http-proxy forwards to the version of the request', async (t) => {
  const { see } = await start(t)

  const seen = [await see('/api/orders?a=1'), await see('/api/orders', { 'x-version': 'v2' })]

  t.match(seen, [{ servedBy: 'v1', path: '/orders?a=1' }, { servedBy: 'v2', path: '/orders' }])
})

t.test('the targets of a version take turns', async (t) => {
  const targets = await Promise.all([startUpstream(t, 'a'), startUpstream(t, 'b')])
  const { see } = await start(t, { versions: { v1: { upstream: { targets } } } })

  const seen = [await see('/api'), await see('/api'), await see('/api')]

  t.strictSame(seen.map(({ servedBy }) => servedBy), ['a', 'b', 'a'])
})

t.test('the upstream gets the gateway\'s headers instead of the client\'s', async (t) => {
  const { see, origin } = await start(t)

  const { headers } = await see('/api', {
    'x-version': 'v2', 'api-version': 'v1', 'x-user': 'forged', x_user: 'forged', 'x-forwarded-for': '1.2.3.4', forwarded: 'for=1.2.3.4', 'x-own': 'kept'
  })

  const { host } = new URL(origin)
  t.match(headers, {
    'api-version': 'v2',
    'x-user': undefined,
    x_user: undefined,
    'x-own': 'kept',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': host,
    'x-forwarded-proto': 'http',
    'x-forwarded-prefix': '/api',
    forwarded: /^for=127\.0\.0\.1/,
    via: '1.1 version-gateway'
  })
  t.not(headers.host, host)
})

t.test('headers of the options and of the upstream are applied, and host is the client\'s if the config says so', async (t) => {
  const upstream = { targets: await startUpstream(t, 'v1'), host: 'client', headers: { request: { set: { 'x-set': 'yes' }, remove: ['x-gone'] } } }
  const { see, origin } = await start(t, { versions: { v1: { upstream } }, options: { requestHeaders: () => ({ 'x-tenant': 'acme' }) } })

  const { headers } = await see('/api', { 'x-tenant': 'forged', 'x-gone': 'gone' })

  t.match(headers, { 'x-tenant': 'acme', 'x-set': 'yes', 'x-gone': undefined, host: new URL(origin).host })
})

t.test('bodies are forwarded', async (t) => {
  const { see } = await start(t)

  const seen = await see('/api', { 'content-type': 'application/json' }, { method: 'POST', body: '{"a": 1}' })

  t.match(seen, { body: '{"a": 1}', headers: { 'content-type': 'application/json', 'content-length': '8' } })
})

t.test('a body that the app parses is forwarded as @fastify/http-proxy encodes it', async (t) => {
  const { see } = await start(t, { more: { proxyPayloads: false } })

  const seen = await see('/api', { 'content-type': 'application/json' }, { method: 'POST', body: '{"a": 1}' })

  t.match(seen, { body: '{"a":1}', headers: { 'content-type': 'application/json', 'content-length': '7' } })
})

t.test('the response has the headers of the version, and references lead back through the gateway', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => {
    response.writeHead(302, {
      location: `${upstream}/orders/1`,
      'set-cookie': ['a=1; Path=/', 'b=2; Path=/orders'],
      'api-version': 'forged',
      vary: 'accept',
      link: '</next>; rel="next"',
      deprecation: '@1',
      connection: 'x-hop',
      'x-hop': 'hop',
      'cache-control': 'public'
    }).end()
  })
  const { send } = await start(t, {
    versions: { v1: { upstream, deprecatedAt: '2026-01-01', sunsetAt: '2026-12-31', links: { sunset: 'https://docs.test/v1' } } },
    resolve: { varyAuthorization: 'always' }
  })

  const { headers } = await send('/api/orders')

  t.strictSame(headers.getSetCookie(), ['a=1; Path=/api', 'b=2; Path=/api/orders'])
  t.match(Object.fromEntries(headers), {
    location: '/api/orders/1',
    'api-version': 'v1',
    vary: 'accept, x-version, authorization',
    deprecation: '@1',
    sunset: 'Thu, 31 Dec 2026 00:00:00 GMT',
    link: '</api/next>; rel="next", <https://docs.test/v1>; rel="sunset"; type="text/html"',
    'x-hop': undefined
  })
})

t.test('rewritePrefix of the version replaces the prefix', async (t) => {
  const upstream = { targets: await startUpstream(t, 'v1'), rewritePrefix: '/v1' }
  const { see } = await start(t, { versions: { v1: { upstream } } })

  const seen = await see('/api/orders?a=1')

  t.match(seen, { path: '/v1/orders?a=1', headers: { 'x-forwarded-prefix': '/api' } })
})

t.test('a segment that names the version is not forwarded', async (t) => {
  const { see } = await start(t, { resolve: { override: [fromPath()] } })

  const seen = await see('/api/v2/orders')

  t.match(seen, { servedBy: 'v2', path: '/orders', headers: { 'x-forwarded-prefix': '/api/v2' } })
})

t.test('a later set of versions applies', async (t) => {
  const { see, registry } = await start(t)
  registry.update({ versions: { v1: { upstream: await startUpstream(t, 'new') } } })

  const { servedBy } = await see('/api')

  t.equal(servedBy, 'new')
})

t.test('the app\'s own options can follow', async (t) => {
  const { see } = await start(t, { more: { preHandler: (_request: unknown, _reply: unknown, done: () => void) => done(), httpMethods: ['GET'] } })

  const { servedBy } = await see('/api', { 'x-version': 'v2' })

  t.equal(servedBy, 'v2')
})

t.test('explain() names the version and the headers of the response', async (t) => {
  const { app } = await start(t)

  const { decision, headers } = await app.versions.explain({ url: '/api/orders', headers: { 'x-version': 'v2' } })

  t.match({ decision, headers }, { decision: { id: 'v2' }, headers: { 'api-version': 'v2' } })
})
