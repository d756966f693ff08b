import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import t, { type Test } from 'tap'
import { defineVersions, fromHeader, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'
import type { ResolveVersionOptions, VersionsConfig } from '../../types/index.ts'
import { makeApp } from '../helpers/gateway.ts'
import { startUpstream } from '../helpers/upstream.ts'

const links = '<https://docs.test/v1>; rel="sunset"; type="text/html"'
const v1 = { upstream: 'http://127.0.0.1:1', deprecatedAt: '2026-01-01', sunsetAt: '2026-12-31', links: { sunset: 'https://docs.test/v1' } }
const versions: VersionsConfig<string, string> = { v1, v2: { upstream: 'http://127.0.0.1:1' } }

const pinned = { name: 'pinned', readsHeaders: ['x-pin'], resolve: () => 'v1' }

/** An app without `proxyVersions`, with a route `/own`. */
async function start (
  t: Test, handler: RouteHandlerMethod, options: Partial<ResolveVersionOptions> = {}, prepare = (_app: FastifyInstance): void => {}
): Promise<FastifyInstance> {
  const app = makeApp(t)
  prepare(app)
  await app.register(sanitizeHeaders)
  await app.register(verifyIdentity, { providers: [] })
  await app.register(resolveVersion, {
    versions: defineVersions(versions), override: [fromHeader('x-version')], default: 'v1', ...options
  } as ResolveVersionOptions<never, never>)
  app.all('/own', handler)
  app.get('/neutral', { config: { version: false } }, handler)
  return app
}

t.test('a response of the app\'s own route names the version and announces its end', async (t) => {
  const app = await start(t, async () => 'own')

  const { headers } = await app.inject('/own')

  t.match(headers, { 'api-version': 'v1', deprecation: '@1767225600', sunset: 'Thu, 31 Dec 2026 00:00:00 GMT', link: links, vary: 'x-version' })
})

t.test('a response of a version without an end announces none', async (t) => {
  const app = await start(t, async () => 'own')

  const { headers } = await app.inject({ url: '/own', headers: { 'x-version': 'v2' } })

  t.match(headers, { 'api-version': 'v2', deprecation: undefined, sunset: undefined, link: undefined })
})

t.test('the headers that the route sets are kept, and the earlier dates win', async (t) => {
  const app = await start(t, async (_request, reply) => reply.headers({
    'api-version': 'own', deprecation: '@1700000000', sunset: 'Fri, 31 Dec 2027 00:00:00 GMT', link: '</next>; rel="next"', vary: 'accept'
  }).send('own'))

  const { headers } = await app.inject('/own')

  t.match(headers, {
    'api-version': 'own', deprecation: '@1700000000', sunset: 'Thu, 31 Dec 2026 00:00:00 GMT', link: ['</next>; rel="next"', links], vary: 'accept, x-version'
  })
})

t.test('a response has the headers once, even if it replaces one that could not be sent', async (t) => {
  const app = await start(t, async (_request, reply) => reply.header('link', '</next>; rel="next"').send('own'), {}, (app) => {
    app.setErrorHandler(async (_error, _request, reply) => await reply.code(500).send('failed'))
  })
  let isFirst = true
  app.addHook('onSend', async () => {
    if (!isFirst) return
    isFirst = false
    throw new Error('sending failed')
  })

  const { body, headers } = await app.inject('/own')

  t.equal(body, 'failed')
  t.match(headers, { 'api-version': 'v1', sunset: 'Thu, 31 Dec 2026 00:00:00 GMT', link: ['</next>; rel="next"', links] })
  t.equal(headers['link']?.length, 2)
})

t.test('neutral routes have no headers of a version', async (t) => {
  const app = await start(t, async () => 'own')

  const { headers } = await app.inject('/neutral')

  t.match(headers, { 'api-version': undefined, deprecation: undefined, link: undefined, vary: undefined })
})

t.test('a preflight announces no end', async (t) => {
  const app = await start(t, async () => 'own')

  const { headers } = await app.inject({ method: 'OPTIONS', url: '/own', headers: { origin: 'https://app.test', 'access-control-request-method': 'PUT' } })

  t.match(headers, { 'api-version': 'v1', deprecation: undefined, link: undefined })
})

t.test('the option versionHeader renames the header', async (t) => {
  const app = await start(t, async () => 'own', { versionHeader: 'x-served-by' })

  const { headers } = await app.inject('/own')

  t.match(headers, { 'x-served-by': 'v1', 'api-version': undefined })
})

t.test('the option versionHeader must not be a header that the gateway sets', async (t) => {
  await t.rejects(start(t, async () => 'own', { versionHeader: 'vary' }), { code: 'VERSION_CONFIG_INVALID', message: /versionHeader/ })
})

t.test('explain() returns the headers that the route\'s response has', async (t) => {
  const app = await start(t, async () => 'own')

  const { headers } = await app.inject('/own')
  const explained = await app.versions.explain({ url: '/own' })

  for (const name of ['api-version', 'deprecation', 'sunset', 'link', 'vary']) t.equal(explained.headers[name], headers[name], name)
})

t.test('beside proxyVersions, the header has the same name, and forwarded responses have each header once', async (t) => {
  const registry = defineVersions({ v1: { ...v1, upstream: await startUpstream(t, 'v1') } })
  const app = await start(t, async () => 'own', { versions: registry as never })
  await app.register(proxyVersions, { versions: registry, prefix: '/api', versionHeader: 'x-served-by' })
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })

  const [own, forwarded] = await Promise.all([fetch(`${origin}/own`), fetch(`${origin}/api`)])

  for (const { headers } of [own, forwarded]) {
    t.match(Object.fromEntries(headers), { 'x-served-by': 'v1', deprecation: '@1767225600', link: links, vary: 'x-version' })
    t.notOk(headers.has('api-version'))
  }
})

t.test('responses that @fastify/http-proxy forwards have the headers, whatever the upstream sends', async (t) => {
  const app = await start(t, async () => 'own')
  const upstream = await startUpstream(t, 'v1', (_request, response) => {
    response.writeHead(200, { vary: 'accept', deprecation: '@1', link: '</next>; rel="next"' }).end('proxied')
  })
  await app.register(httpProxy, { prefix: '/proxy', upstream })

  const { headers, body } = await app.inject('/proxy')

  t.equal(body, 'proxied')
  t.match(headers, { 'api-version': 'v1', deprecation: '@1', link: ['</next>; rel="next"', links], vary: 'accept, x-version' })
})

t.test('a response of a version that serves instead of another names both, unless the route does', async (t) => {
  const retired = { upstream: 'http://127.0.0.1:1', retired: true, sunsetAt: '2026-01-01', onRetired: 'forward', successor: 'v2' } as const
  const options = { versions: defineVersions({ v1: retired, v2: { upstream: 'http://127.0.0.1:1' } }), default: 'v2' } as unknown as Partial<ResolveVersionOptions>
  const [plain, own] = [
    await start(t, async () => 'own', { ...options, override: [], pin: [pinned] }),
    await start(t, async (_request, reply) => reply.header('api-version-requested', 'own').send('own'), { ...options, override: [], pin: [pinned] })
  ]

  const [first, second] = [await plain.inject('/own'), await own.inject('/own')]

  t.match(first.headers, { 'api-version': 'v2', 'api-version-requested': 'v1' })
  t.match(second.headers, { 'api-version': 'v2', 'api-version-requested': 'own' })
})
