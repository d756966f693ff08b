import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t, { type Test } from 'tap'
import versionGateway, { defineVersions, fromHeader, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../../lib/index.ts'
import type { ExplainedRequest } from '../../../types/index.ts'
import { makeApp } from '../../helpers/gateway.ts'
import { startUpstream } from '../../helpers/upstream.ts'
import { issuer } from '../../helpers/worked-cases/start.ts'

const wrong = { 'api-version': 'v9' }
const forwards = 'The request is forwarded to the upstream of v1.'
const outside = (path: string): string => `A route of the app handles the request: ${path}. It is outside the gateway, so no hook has run.`

/** Registers the stages at the root, and then routes of the app that the stages apply to as well. */
async function stagesAmongRoutes (t: Test, options: FastifyServerOptions = {}) {
  const app = makeApp(t, options)
  const versions = defineVersions({ v1: { upstream: await startUpstream(t, 'v1') } })
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { providers: [issuer.provider()] })
  await app.register(resolveVersion, { versions, override: [fromHeader('api-version')], default: 'v1' })
  app.get('/users/:id', { config: { version: false } }, async () => 'user')
  app.get('/closed', { config: { identity: 'require' } }, async () => 'closed')
  app.get('/here', { constraints: { host: 'a.test' }, config: { version: false } }, async () => 'here')
  app.get('/versioned', async () => 'versioned')
  await app.register(proxyVersions, { versions })
  await app.ready()
  return app
}

/** Registers a whole gateway at the root, which does not apply to other routes of the app. */
async function gatewayAmongRoutes (t: Test) {
  const app = makeApp(t)
  app.get('/early', async () => 'early')
  await app.register(versionGateway, {
    versions: { v1: { upstream: await startUpstream(t, 'v1') } }, resolve: { override: [fromHeader('api-version')], default: 'v1' }
  })
  app.get('/late/:id', async () => 'late')
  await app.ready()
  return app
}

/** Sends a request and has it explained. */
async function both (app: FastifyInstance, request: ExplainedRequest) {
  const { method = 'GET', url, headers } = request
  const live = await app.inject({ method: method as 'GET', url: url!, headers: headers as Record<string, string> })
  return { live, explanation: await app.versions.explain(request) }
}

for (const [title, request, status, outcome, sentence] of [
  ['a neutral route with parameters', { url: '/users/5?a=1', headers: wrong }, 200, 'decided', 'The route is neutral, so no version is chosen.'],
  ['HEAD of a neutral route', { method: 'HEAD', url: '/users/5', headers: wrong }, 200, 'decided', 'A route of the app handles the request: /users/:id.'],
  ['a neutral route with a host constraint', { url: '/here', headers: { host: 'a.test', ...wrong } }, 200, 'decided', 'A route of the app handles the request: /here.'],
  ['that path on another host', { url: '/here', headers: { host: 'b.test' } }, 200, 'forwarded', forwards],
  ['a route that requires a token', { url: '/closed' }, 401, 'refused', 'The request is refused: 401 TOKEN_MISSING. A bearer token is required.'],
  ['a route that has a version', { url: '/versioned' }, 200, 'decided', 'A route of the app handles the request: /versioned.'],
  ['that route with an unknown version', { url: '/versioned', headers: wrong }, 400, 'refused', "The request is refused: 400 VERSION_UNKNOWN. There is no version 'v9'."],
  ['another method', { method: 'POST', url: '/users/5' }, 200, 'forwarded', forwards],
  ['everything else', { url: '/orders' }, 200, 'forwarded', forwards]
] as const) {
  t.test(`with separate stages, the explanation of ${title} matches the response`, async (t) => {
    const app = await stagesAmongRoutes(t)

    const { live, explanation } = await both(app, request)

    t.equal(live.statusCode, status)
    t.equal(explanation.outcome, outcome)
    t.equal(explanation.status, status < 400 ? null : status)
    t.ok(explanation.trace.includes(sentence), explanation.trace.join('\n'))
  })
}

for (const [title, request, outcome, sentence] of [
  ['a route that was added before', { url: '/early', headers: wrong }, 'decided', outside('/early')],
  ['a route that was added afterwards', { url: '/late/5', headers: wrong }, 'decided', outside('/late/5')],
  ['everything else', { url: '/orders' }, 'forwarded', forwards]
] as const) {
  t.test(`with a whole gateway, the explanation of ${title} matches the response`, async (t) => {
    const app = await gatewayAmongRoutes(t)

    const { live, explanation } = await both(app, request)

    t.equal(live.statusCode, 200)
    t.equal(explanation.outcome, outcome)
    t.equal(explanation.decision === null, outcome === 'decided')
    t.ok(explanation.trace.includes(sentence), explanation.trace.join('\n'))
  })
}

for (const [options, warnings] of [[{ routerOptions: { caseSensitive: false } }, []], [{ caseSensitive: false }, ['FSTDEP022']]] as const) {
  t.test(`explained paths are matched as the router matches them: ${JSON.stringify(options)}`, async (t) => {
    const warned = t.capture(process, 'emitWarning', () => {})
    const app = await stagesAmongRoutes(t, options)

    const { live, explanation } = await both(app, { url: '/USERS/5', headers: wrong })

    t.equal(live.statusCode, 200)
    t.hasStrict(explanation, { outcome: 'decided', decision: null })
    t.strictSame(warned.args().map(([, , code]) => code), warnings)
  })
}

t.test('an encoded prefix is recognized', async (t) => {
  const app = makeApp(t)
  await app.register(versionGateway, { prefix: '/api', versions: { v1: { upstream: await startUpstream(t, 'v1') } }, resolve: { default: 'v1' } })

  const { live, explanation } = await both(app, { url: '/%61pi/orders' })

  t.equal(live.statusCode, 200)
  t.equal(explanation.outcome, 'forwarded')
})

t.test('resolveFor ignores routes, even a neutral one', async (t) => {
  const app = makeApp(t)
  const versions = defineVersions({ v1: { upstream: 'http://127.0.0.1:1' } })
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { providers: [] })
  await app.register(resolveVersion, { versions, default: 'v1' })
  app.get('/', { config: { version: false } }, async () => 'home')
  await app.ready()

  const { id } = await app.versions.resolveFor({})

  t.equal(id, 'v1')
})

t.test('the explanation does not evaluate the app\'s own route constraints', async (t) => {
  const plans = new Map<unknown, unknown>()
  const plan = {
    name: 'plan',
    storage: () => ({ get: (key: unknown) => plans.get(key) ?? null, set: (key: unknown, value: unknown) => { plans.set(key, value) } }),
    deriveConstraint: () => 'free',
    validate: () => true
  }
  const app = makeApp(t, { routerOptions: { constraints: { plan } } } as unknown as FastifyServerOptions)
  const versions = defineVersions({ v1: { upstream: 'http://127.0.0.1:1' } })
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { providers: [] })
  await app.register(resolveVersion, { versions, default: 'v1' })
  app.get('/paid', { constraints: { plan: 'paid' } } as object, async () => 'paid')
  await app.ready()

  const { outcome, trace } = await app.versions.explain({ url: '/paid' })

  t.equal(outcome, 'decided')
  t.ok(trace.includes('No route matches this path, so the request is not forwarded.'), trace.join('\n'))
})
