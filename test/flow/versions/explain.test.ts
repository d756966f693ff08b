import type { FastifyRequest } from 'fastify'
import t from 'tap'
import versionGateway, { defineVersions, fromQuery } from '../../../lib/index.ts'
import type { ResolverAnswer } from '../../../types/index.ts'
import { makeApp } from '../../helpers/gateway.ts'
import { sendAndExplain } from '../../helpers/worked-cases/explained.ts'
import { versionHeader } from '../../helpers/worked-cases/case.ts'
import { issuer, startCase } from '../../helpers/worked-cases/start.ts'

const v2 = { 'api-version': 'v2' }
const byTenant = (tenant: string): ResolverAnswer => tenant === 'acme' ? { version: 'v2', locked: true } : undefined

for (const [title, tokenSources, request] of [
  ['the query', [{ query: 'token' }], { path: `/orders?a&token=${issuer.token({ ver: 'v2' })}` }],
  ['a cookie', [{ cookie: 'token' }], { lines: [`Cookie: token=${issuer.token({ ver: 'v2' })}`] }],
  ['a custom header', [{ header: 'x-token' }], { lines: [`X-Token: ${issuer.token({ ver: 'v2' })}`] }]
] as const) {
  t.test(`the explanation of a request with a token in ${title} matches the response`, async (t) => {
    const started = await startCase(t, { gateway: { identity: { providers: [issuer.provider({ tokenSources, forwardToken: false })] } } })

    const { decision, seen } = await sendAndExplain(t, started, request)

    t.hasStrict(decision, { id: 'v2', tier: 'pin', source: 'claim:ver' })
    t.notMatch(JSON.stringify(seen), /eyJ/)
  })
}

t.test('claims can be explained without a token', async (t) => {
  const { app } = await startCase(t)

  const { decision, trace } = await app.versions.explain({ claims: { ver: 'v2' }, headers: { 'api-version': 'stable', authorization: 'Bearer x' } })

  t.hasStrict(decision, { id: 'v3', alias: 'stable', overridden: [{ source: 'claim:ver', id: 'v2' }] })
  t.strictSame(trace, [
    "A token of provider test-idp identifies the caller. Its claims are taken as given: signature, lifetime, audience and the provider's 'claims' are not checked.",
    'header:api-version (override) names stable, which is v3.',
    'query:api-version (override) has no opinion.',
    'tenant-map (pin) has no opinion.',
    'claim:ver (pin) names v2.',
    'The request is forwarded to the upstream of v3.'
  ])
})

t.test('an unknown provider is an error of the caller', async (t) => {
  const { app } = await startCase(t)

  await t.rejects(app.versions.explain({ claims: {}, provider: 'other' }), { message: "There is no identity provider 'other'." })
})

t.test('claims cannot be explained without a provider', async (t) => {
  const app = makeApp(t)
  await app.register(versionGateway, { versions: { v1: { upstream: 'http://127.0.0.1:1' } }, resolve: { default: 'v1' } })

  await t.rejects(app.versions.explain({ claims: {} }), { message: 'Claims need an identity provider, but none is configured.' })
})

t.test('a tenant can be explained without a caller', async (t) => {
  const { app } = await startCase(t, { tenants: byTenant })

  const pinned = await app.versions.explain({ tenant: 'acme' })
  const locked = await app.versions.explain({ tenant: 'acme', headers: { 'api-version': 'v3' } })

  t.hasStrict(pinned.decision, { id: 'v2', tier: 'pin', source: 'tenant-map', locked: true })
  t.hasStrict(locked, { outcome: 'refused', status: 403, decision: null })
  t.equal(locked.problem?.code, 'VERSION_LOCKED')
})

t.test('another time can be explained', async (t) => {
  const { app } = await startCase(t, { versions: { v2: { enforceSunset: true } } })

  const today = await app.versions.explain({ headers: v2 })
  const later = await app.versions.explain({ headers: v2, now: Date.parse('2027-01-01') })

  t.equal(today.outcome, 'forwarded')
  t.equal(later.problem?.code, 'VERSION_RETIRED')
})

t.test('an explanation is not counted as usage and emits no events', async (t) => {
  const { app, events } = await startCase(t, { versions: { v2: { brownouts: [{ start: 0, end: 9e14 }] } } })

  await app.versions.explain({ headers: v2 })
  await app.versions.explain({ headers: v2, now: 1 })
  await app.versions.resolveFor({ claims: { ver: 'v3' } })

  t.strictSame(events, [])
  t.strictSame(app.versions.list().map(({ id }) => app.versions.usage(id).length), [0, 0, 0, 0])
})

t.test('resolveFor decides by the caller\'s pins, then by the default', async (t) => {
  const { app } = await startCase(t, { tenants: byTenant })

  const decisions = await Promise.all([{ claims: { ver: 'next' } }, { tenant: 'acme', claims: { ver: 'v3' } }, { claims: {} }, {}].map((each) => app.versions.resolveFor(each)))

  t.match(decisions, [{ id: 'v4', alias: 'next', source: 'claim:ver' }, { id: 'v2', source: 'tenant-map' }, { id: 'v3', tier: 'default' }, { id: 'v3' }])
})

t.test('resolveFor does not need a token, but refuses the versions that requests cannot get', async (t) => {
  const { app } = await startCase(t, { gateway: { identity: { policy: 'require', providers: [issuer.provider()] } } })

  const decision = await app.versions.resolveFor({})

  t.equal(decision.id, 'v3')
  await t.rejects(app.versions.resolveFor({ claims: { ver: 'v1' } }), { code: 'VERSION_RETIRED', statusCode: 410 })
  await t.rejects(app.versions.resolveFor({ claims: { ver: 'v9' } }), { code: 'PINNED_VERSION_UNAVAILABLE', statusCode: 503 })
})

t.test('nothing can be explained without a gateway', async (t) => {
  const versions = defineVersions({ v2: { upstream: 'http://127.0.0.1:1' } })

  await t.rejects(versions.explain({}), { message: /needs a gateway/ })
})

t.test('resolvers see the decoded query of the explained request', async (t) => {
  const started = await startCase(t, {
    resolve: { override: [fromQuery('v'), { name: 'own', resolve: ({ query }) => (query as Record<string, string>)['own'] }] }
  })

  const { decision } = await sendAndExplain(t, started, { path: '/a?own=v%32', lines: versionHeader('v3') })

  t.hasStrict(decision, { id: 'v2', source: 'own' })
})

t.test('the explained host can be in a header in any case, or in an absolute URL', async (t) => {
  const { app } = await startCase(t)

  const [spelled, absolute] = await Promise.all([{ headers: { Host: 'b.io' } }, { url: 'http://b.io/orders' }].map(async (request) =>
    await app.versions.explain(request)))

  t.equal(spelled!.outcome, 'forwarded')
  t.equal(absolute!.outcome, 'forwarded')
})

t.test('a time that is not a number is rejected', async (t) => {
  const { app } = await startCase(t)

  await t.rejects(app.versions.explain({ now: NaN }), { name: 'TypeError', message: 'now must be milliseconds since 1970, not NaN' })
})

t.test('if two gateways share a registry, the one whose prefix matches explains', async (t) => {
  const versions = defineVersions({ v1: { upstream: 'http://127.0.0.1:1' }, v2: { upstream: 'http://127.0.0.1:2' } })
  const app = makeApp(t)
  await app.register(async (scope) => { await scope.register(versionGateway, { versions, prefix: '/a', resolve: { default: 'v1' } }) })
  await app.register(async (scope) => { await scope.register(versionGateway, { versions, prefix: '/b', resolve: { default: 'v2' } }) })
  await app.ready()

  const [a, b, neither] = await Promise.all(['/a/x', '/b/x', '/c'].map(async (url) => await versions.explain({ url })))

  t.equal(a!.decision?.id, 'v1')
  t.equal(b!.decision?.id, 'v2')
  t.hasStrict(neither, { outcome: 'decided', decision: null })
})

t.test('resolvers see the URL and the host of an explained request', async (t) => {
  const seen: unknown[] = []
  const override = [{ name: 'own', onError: 'skip' as const, resolve: ({ url, hostname }: FastifyRequest) => { seen.push(url, hostname); throw new Error('no') } }]
  const { app } = await startCase(t, { resolve: { override } })

  const { decision } = await app.versions.explain({ url: '/orders?a=1', headers: { host: 'api.test:8080' } })

  t.strictSame(seen, ['/orders?a=1', 'api.test'])
  t.equal(decision?.id, 'v3')
})

t.test('fields that are repeated are joined as Node joins them', async (t) => {
  const seen: unknown[] = []
  const override = [{ name: 'own', resolve: ({ headers }: FastifyRequest) => { seen.push(headers['user-agent'], headers.cookie, headers['x-a']); return undefined } }]
  const { app } = await startCase(t, { resolve: { override } })

  await app.versions.explain({ headers: { 'user-agent': ['a', 'b'], cookie: ['a=1', 'b=2'], 'x-a': ['1', '2'] } })

  t.strictSame(seen, ['a', 'a=1; b=2', '1, 2'])
})
