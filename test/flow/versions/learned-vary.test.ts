import { connect } from 'node:http2'
import { once } from 'node:events'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import versionGateway, { fromHeader, fromTenantMap } from '../../../lib/index.ts'
import type { GatewayOptions, ResolveOptions, VersionResolver } from '../../../types/index.ts'
import { listen, makeApp } from '../../helpers/gateway.ts'
import { startUpstream } from '../../helpers/upstream.ts'

const tenants: Record<string, string> = { 'key-1': 'v1', 'key-2': 'v2' }
const byKey = (key: unknown): string | undefined => tenants[String(key)]
const pin = (resolve: VersionResolver['resolve'], more: Partial<VersionResolver> = {}): ResolveOptions =>
  ({ pin: [{ name: 'tenant', resolve, ...more }], default: 'v1' })

async function gateway (t: Test, resolve: ResolveOptions, app: FastifyInstance = makeApp(t)) {
  const upstream = await startUpstream(t, 'v1', (_request, response) => { response.writeHead(200, { 'cache-control': 'public, max-age=60' }).end('{}') })
  const options: GatewayOptions = { versions: { v1: { upstream }, v2: { upstream } }, resolve }
  await app.register(versionGateway, options)
  const origin = await listen(app)
  return {
    app,
    async send (headers: Record<string, string> = {}) {
      const { headers: responseHeaders } = await fetch(origin, { headers })
      return { version: responseHeaders.get('api-version'), vary: responseHeaders.get('vary'), caching: responseHeaders.get('cache-control') }
    }
  }
}

const cached = { version: 'v2', caching: 'public, max-age=60' }

const readers: Array<[how: string, resolve: ResolveOptions, headers: Record<string, string>, vary: string]> = [
  ['a pin', pin(({ headers }) => byKey(headers['x-api-key'])), { 'x-api-key': 'key-2' }, 'x-api-key'],
  ['a pin that is asynchronous', pin(async ({ headers }) => {
    await new Promise((resolve) => setImmediate(resolve))
    return byKey(headers['x-api-key'])
  }), { 'x-api-key': 'key-2' }, 'x-api-key'],
  ['a pin that reads the raw request', pin(({ raw }) => byKey(raw.headers['x-api-key'])), { 'x-api-key': 'key-2' }, 'x-api-key'],
  ['a pin that checks for a header', pin(({ headers }) => 'x-beta' in headers || Object.hasOwn(headers, 'x-gamma') ? 'v2' : 'v1'), { 'x-beta': '1' }, 'x-beta'],
  ['a pin that calls a resolver of the library', pin((request) => fromHeader('x-v').resolve(request)), { 'x-v': 'v2' }, 'x-v'],
  ['the key of a tenant map', { pin: [fromTenantMap({ key: ({ headers }) => String(headers['x-api-key']), get: byKey })], default: 'v1' }, { 'x-api-key': 'key-2' }, 'x-api-key'],
  ['an override', { override: [{ name: 'own', resolve: ({ headers }) => byKey(headers['x-api-key']) }], default: 'v1' }, { 'x-api-key': 'key-2' }, 'x-api-key'],
  ['the default', { default: ({ headers }) => byKey(headers['x-api-key']) ?? 'v1' }, { 'x-api-key': 'key-2' }, 'x-api-key'],
  ['override.allow', {
    override: { resolvers: [fromHeader('x-v')], allow: ({ headers }) => headers['x-key'] === '1' }, default: 'v1'
  }, { 'x-v': 'v2', 'x-key': '1' }, 'x-v, x-key'],
  ['a pin that reads the host', pin(({ hostname, headers }) => hostname === '127.0.0.1' ? byKey(headers['x-api-key']) : 'v1'), { 'x-api-key': 'key-2' }, 'host, x-api-key']
]
for (const [how, resolve, headers, vary] of readers) {
  t.test(`Vary lists headers that ${how} reads without declaring them`, async (t) => {
    const { send } = await gateway(t, resolve)

    t.match(await send(headers), { ...cached, vary })
    t.match(await send(), { vary })
  })
}

const opaque: Array<[how: string, read: VersionResolver['resolve']]> = [
  ['Object.entries', ({ headers }) => byKey(new Map(Object.entries(headers)).get('x-api-key'))],
  ['rawHeaders', ({ raw: { rawHeaders } }) => byKey(rawHeaders[rawHeaders.indexOf('x-api-key') + 1])],
  ['headersDistinct', ({ raw }) => byKey(raw.headersDistinct['x-api-key']?.[0])],
  ['a hundred names and more', ({ headers }) => {
    for (let name = 0; name < 120; name++) if (headers[`x-${name}`] !== undefined) return 'v1'
    return byKey(headers['x-api-key'])
  }]
]
for (const [how, read] of opaque) {
  t.test(`a response that depends on ${how} is not cacheable unless the resolver declares what it reads`, async (t) => {
    const { send } = await gateway(t, pin(read))
    const declared = await gateway(t, pin(read, { readsHeaders: ['X-API-Key'] }))

    t.match(await send({ 'x-api-key': 'key-2' }), { version: 'v2', caching: 'no-store' })
    t.match(await send({ 'x-api-key': 'key-1' }), { version: 'v1', caching: 'no-store' })
    if (how !== 'a hundred names and more') t.match(await declared.send({ 'x-api-key': 'key-2' }), { ...cached, vary: 'X-API-Key' })
  })
}

t.test('headers read by a resolver that throws, or through parsed cookies, are tracked, too', async (t) => {
  const app = makeApp(t)
  app.addHook('onRequest', async (request) => { Object.assign(request, { cookies: { v: 'v2' } }) })
  const { send } = await gateway(t, {
    override: [{ name: 'broken', onError: 'skip', resolve: ({ headers }) => { throw new Error(headers['x-broken'] as string) } }],
    ...pin((request) => (request as unknown as { cookies: Record<string, string> }).cookies['v'])
  }, app)

  t.match(await send(), { ...cached, vary: 'x-broken, cookie' })
})

t.test('a resolver receives the original request, and properties that it sets are kept', async (t) => {
  const app = makeApp(t)
  const seen: unknown[] = []
  app.addHook('onRequest', async (request) => { seen.push(request) })
  const { send } = await gateway(t, pin((request) => {
    seen.push(request)
    request.headers['x-set'] = '1'
    Object.assign(request, { tenant: 'acme' })
    return request.headers['x-set'] === '1' ? 'v2' : 'v1'
  }), app)

  t.match(await send(), cached)
  t.equal(seen[0], seen[1])
  t.equal((seen[0] as { tenant: string }).tenant, 'acme')
})

t.test('headers are tracked over HTTP/2, too', async (t) => {
  const app = Fastify({ http2: true, forceCloseConnections: true }) as unknown as FastifyInstance
  t.teardown(() => app.close())
  await gateway(t, pin(({ headers, host }) => host === '' ? 'v1' : byKey(headers['x-api-key'])), app)
  const session = connect(`http://127.0.0.1:${(app.server.address() as { port: number }).port}`)
  t.teardown(() => session.destroy())
  const stream = session.request({ ':path': '/', 'x-api-key': 'key-2' })
  const [headers] = await once(stream.resume(), 'response') as [Record<string, string>]

  t.match(headers, { 'api-version': 'v2', vary: 'host, x-api-key', 'cache-control': 'public, max-age=60' })
})

t.test('headers that the gateway reads while an abandoned pin still runs are not in Vary', async (t) => {
  const slow: VersionResolver = { name: 'slow', readsHeaders: ['x-b'], timeoutMs: 0, resolve: () => new Promise(() => {}) }
  const { send } = await gateway(t, { pin: [{ name: 'fast', readsHeaders: ['x-a'], resolve: () => 'v2' }, slow], default: 'v1' })

  await send()

  t.match(await send(), { version: 'v2', vary: 'x-a, x-b' })
})

t.test('headers are tracked in explanations, too', async (t) => {
  const { app } = await gateway(t, pin(({ headers }) => byKey(headers['x-api-key'])))

  const { decision, headers } = await app.versions.explain({ headers: { 'x-api-key': 'key-2' } })

  t.match({ decision, headers }, { decision: { id: 'v2' }, headers: { vary: 'x-api-key' } })
})
