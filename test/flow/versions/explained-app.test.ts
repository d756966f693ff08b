import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify'
import t, { type Test } from 'tap'
import versionGateway, { defineVersions, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../../lib/index.ts'
import { accessLog, observeVersions } from '../../../lib/observe/index.ts'
import type { VersionResolver } from '../../../types/index.ts'
import { makeApp } from '../../helpers/gateway.ts'
import { holdTimers } from '../../helpers/held-timers.ts'
import { scrape } from '../../helpers/metrics.ts'
import { until } from '../../helpers/until.ts'
import { startUpstream } from '../../helpers/upstream.ts'

type App = FastifyInstance & { readonly plans?: ReadonlyMap<string, string> }
type Line = Record<string, unknown>

const versionOf = (name: string, resolve: VersionResolver['resolve']): VersionResolver => ({ name, resolve })

type Prepare = (app: FastifyInstance) => unknown

/** Starts a gateway under `/api` that selects the version with a custom resolver. `prepare` is called before with the app. */
async function gatewayWith (t: Test, resolver: VersionResolver, prepare: Prepare, options: FastifyServerOptions = {}) {
  const app = makeApp(t, options)
  await prepare(app)
  const [v1, v2] = await Promise.all(['v1', 'v2'].map(async (id) => await startUpstream(t, id)))
  await app.register(versionGateway, { prefix: '/api', versions: { v1: { upstream: v1! }, v2: { upstream: v2! } }, resolve: { override: [resolver], default: 'v1' } })
  return app
}

/** Collects log lines. */
function collecting (): { lines: Line[], options: FastifyServerOptions } {
  const lines: Line[] = []
  return { lines, options: { logger: { level: 'info', stream: { write: (line: string) => { lines.push(JSON.parse(line) as Line) } } } } }
}

for (const [title, resolve, prepare] of [
  ['cookies that a plugin parsed', ({ cookies }: FastifyRequest) => cookies['version'], (app: FastifyInstance) => app.register(cookie)],
  ['a decorator of the app', ({ server, headers }: FastifyRequest) => (server as App).plans!.get(String(headers.cookie)),
    (app: FastifyInstance) => app.decorate('plans', new Map([['version=v2', 'v2']]))],
  ['a property that a hook of the app set', (request: FastifyRequest) => (request as FastifyRequest & { wanted?: string }).wanted,
    (app: FastifyInstance) => app.decorateRequest('wanted', '').addHook('onRequest', async (request) => { Object.assign(request, { wanted: 'v2' }) })]
] as const) {
  t.test(`a resolver that reads ${title} decides for an explained request as for a real one`, async (t) => {
    const app = await gatewayWith(t, versionOf('own', resolve), prepare)

    const live = await app.inject({ url: '/api/orders', headers: { cookie: 'version=v2' } })
    const { outcome, decision } = await app.versions.explain({ url: '/api/orders', headers: { cookie: 'version=v2' } })

    t.equal(live.headers['api-version'], 'v2')
    t.match({ outcome, decision }, { outcome: 'forwarded', decision: { id: 'v2', source: 'own' } })
  })
}

t.test('a TypeError of a resolver is refused and logged, explained or not', async (t) => {
  const { lines, options } = collecting()
  const broken = versionOf('own', (request) => (request as unknown as { session: { version: string } }).session.version)
  const app = await gatewayWith(t, broken, () => {}, options)

  const live = await app.inject('/api/orders')
  const explained = await app.versions.explain({ url: '/api/orders' })

  const failures = lines.filter(({ msg }) => msg === 'version resolver failed')
  t.match({ live: live.statusCode, explained }, { live: 503, explained: { outcome: 'refused', status: 503, problem: { code: 'VERSION_RESOLUTION_UNAVAILABLE' } } })
  t.match(failures, [{ err: { type: 'TypeError' } }, { reqId: 'explained', err: { type: 'TypeError' } }])
})

t.test('a hook that responds itself is reported with its status and headers', async (t) => {
  const app = await gatewayWith(t, versionOf('own', () => 'v2'), (app) => app.addHook('onRequest', async (_request, reply) =>
    await reply.code(429).header('retry-after', '7').send('slow down')))

  const explanation = await app.versions.explain({ url: '/api/orders' })

  t.match(explanation, { outcome: 'responded', status: 429, decision: null, problem: null, headers: { 'retry-after': '7' } })
  t.match(explanation.trace, ['The app itself responds 429 before the request is forwarded.'])
})

t.test('the app handles an error of a hook, even after the decision', async (t) => {
  const app = await gatewayWith(t, versionOf('own', () => 'v2'), (app) => app.addHook('preHandler', async () => { throw new Error('broken') }))

  const explanation = await app.versions.explain({ url: '/api/orders' })

  t.match(explanation, { outcome: 'responded', status: 500, decision: { id: 'v2' } })
})

t.test('no handler of any route runs', async (t) => {
  const ran: string[] = []
  const run = (name: string) => async () => { ran.push(name); return name }
  const app = makeApp(t)
  const versions = defineVersions({ v1: { upstream: 'http://127.0.0.1:1' } })
  app.register(async (scope) => { scope.get('/early', run('early')) })
  app.get('/first', run('first'))
  app.setNotFoundHandler(run('not found'))
  app.register(async (scope) => {
    await scope.register(sanitizeHeaders, {})
    await scope.register(verifyIdentity, { providers: [] })
    await scope.register(async (inner) => { inner.get('/inner', run('inner')) })
    await scope.register(resolveVersion, { versions, default: 'v1' })
    scope.get('/neutral', { config: { version: false } }, run('neutral'))
    scope.post('/decided', { schema: { body: { type: 'object', required: ['a'] } } }, run('decided'))
    await scope.register(proxyVersions, { versions, prefix: '/api' })
  })
  await app.ready()
  const explain = async (url: string, method = 'GET') => (await versions.explain({ url, method })).outcome

  const outcomes = [await explain('/early'), await explain('/first'), await explain('/nowhere'), await explain('/inner'), await explain('/neutral'), await explain('/decided', 'POST'), await explain('/api/x')]

  t.strictSame(outcomes, [...new Array<string>(6).fill('decided'), 'forwarded'])
  t.strictSame(ran, [])
})

t.test('hooks run to the end and recognize a dry run, which a client cannot fake', async (t) => {
  const seen: Array<[hook: string, isDryRun: boolean]> = []
  const app = await gatewayWith(t, versionOf('own', () => 'v2'), (app) => app
    .addHook('onRequest', async ({ isDryRun }) => { seen.push(['onRequest', isDryRun]) })
    .addHook('onResponse', async ({ isDryRun }) => { seen.push(['onResponse', isDryRun]) }))

  await app.versions.explain({ url: '/api/orders' })
  await app.inject({ url: '/api/orders', headers: { 'x-dry-run': 'true', isDryRun: 'true' } })

  t.strictSame(seen, [['onRequest', true], ['onResponse', true], ['onRequest', false], ['onResponse', false]])
})

t.test('an explained request is in no metric and no access log', async (t) => {
  const { lines, options } = collecting()
  const app = await gatewayWith(t, versionOf('own', () => 'v2'), async (app) => {
    await app.register(accessLog)
    await app.register(observeVersions)
  }, options)
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })

  await app.versions.explain({ url: '/api/orders' })
  await app.versions.explain({ url: '/api/orders', method: 'TRACE' })
  const { value } = await scrape(origin)

  t.equal(lines.filter(({ msg }) => msg === 'request').length, 0)
  t.equal(value('version_gateway_requests_total'), undefined)
})

t.test('an app that reads request ids from a header is explained, and its hooks still see the header', async (t) => {
  const seen: unknown[] = []
  const app = await gatewayWith(t, versionOf('own', ({ headers }) => { seen.push(headers['x-id']); return 'v2' }), () => {}, { requestIdHeader: 'X-Id' })

  const { decision } = await app.versions.explain({ url: '/api/orders', headers: { 'x-id': 'abc' } })

  t.equal(decision?.id, 'v2')
  t.strictSame(seen, ['abc'])
})

t.test('a hook that never continues ends the explanation with an error', async (t) => {
  const app = await gatewayWith(t, versionOf('own', () => 'v2'), (app) => app.addHook('onRequest', () => {}), { pluginTimeout: 0 })
  await app.ready()
  const timers = holdTimers(t, 10_000)

  const explained = app.versions.explain({ url: '/api/orders' })
  await until(() => timers.length > 0)
  timers[0]!.fire()

  await t.rejects(explained, { message: 'A hook of the app has not continued within 10000 ms.' })
})

t.test('the version of a caller needs a hook that lets it pass', async (t) => {
  let isClosed = false
  const app = await gatewayWith(t, versionOf('own', () => 'v2'), (app) => app.addHook('onRequest', async (_request, reply) => { if (isClosed) await reply.code(403).send() }))

  t.equal((await app.versions.resolveFor({})).id, 'v1')
  isClosed = true
  await t.rejects(app.versions.resolveFor({}), { message: /^A hook of the app responded 403 before the version was decided/ })
})

t.test('a request can be explained in an onReady hook', async (t) => {
  const app = await gatewayWith(t, versionOf('own', () => 'v2'), () => {})
  let id: string | undefined
  app.addHook('onReady', async () => { id = (await app.versions.explain({ url: '/api/orders' })).decision?.id })

  await app.ready()

  t.equal(id, 'v2')
})

t.test('the protocol and the proxies of an app count for an explained request', async (t) => {
  const seen: unknown[] = []
  const app = await gatewayWith(t, versionOf('own', ({ protocol, ip, host }) => { seen.push(protocol, ip, host); return 'v2' }), () => {}, { trustProxy: '127.0.0.1' })

  await app.versions.explain({ url: '/api/orders', headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7', 'x-forwarded-host': 'api.test' } })

  t.strictSame(seen, ['https', '203.0.113.7', 'api.test'])
})
