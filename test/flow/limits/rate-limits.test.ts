import t from 'tap'
import versionGateway, { fromPath } from '../../../lib/index.ts'
import { rateLimits } from '../../../lib/limits/index.ts'
import { makeApp } from '../../helpers/gateway.ts'
import { limitedGateway, minute } from '../../helpers/limits.ts'

const perAddress = { name: 'per-address', requests: 2, per: 'minute' } as const

t.test('requests beyond a limit get 429 with the fields of the limit, until the bucket has a token again', async (t) => {
  const { send, statuses, clock } = await limitedGateway(t, [perAddress])
  const first = await send('/orders')
  const before = await statuses(1)

  const refused = await send('/orders')
  clock.now += minute / 2
  const after = await statuses(2)

  t.equal(first.headers.get('ratelimit-policy'), '"per-address";q=2;w=60')
  t.equal(first.headers.get('ratelimit'), '"per-address";r=1;t=30')
  t.strictSame([before, after], [[200], [200, 429]])
  t.equal(refused.status, 429)
  t.equal(refused.headers.get('content-type'), 'application/problem+json')
  t.equal(refused.headers.get('retry-after'), '30')
  t.equal(refused.headers.get('ratelimit'), '"per-address";r=0;t=60')
  t.match(await refused.json(), { status: 429, title: 'Too Many Requests', code: 'RATE_LIMITED', rule: 'per-address' })
})

t.test('several limits are listed with the most restrictive first', async (t) => {
  const { send } = await limitedGateway(t, [{ name: 'wide', requests: 100, per: 'hour', by: ['global'] }, perAddress])

  const { headers } = await send('/')

  t.equal(headers.get('ratelimit-policy'), '"per-address";q=2;w=60, "wide";q=100;w=3600')
  t.equal(headers.get('ratelimit'), '"per-address";r=1;t=30, "wide";r=99;t=36')
})

t.test('a limit by address counts addresses separately, and trusts no header without trustProxy', async (t) => {
  const { statuses } = await limitedGateway(t, [perAddress])
  const trusting = await limitedGateway(t, [perAddress], { server: { trustProxy: true } })
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

  t.strictSame([await statuses(2, from('203.0.113.1')), await statuses(1, from('203.0.113.2'))].flat(), [200, 200, 429])
  t.strictSame(await trusting.statuses(3, from('203.0.113.1')), [200, 200, 429])
  t.strictSame(await trusting.statuses(1, from('203.0.113.2')), [200])
  t.strictSame(await trusting.statuses(3, from('2001:db8::1')), [200, 200, 429])
  t.strictSame(await trusting.statuses(1, from('2001:db8::ffff:1')), [429])
})

t.test('a limit by claim counts callers, and does not apply to requests without the claim', async (t) => {
  const { statuses, issuer } = await limitedGateway(t, [{ name: 'per-tenant', requests: 2, per: 'minute', by: ['claim:tenantId'], quotas: { big: 3 } }])
  const as = (tenantId: unknown) => ({ headers: { authorization: `Bearer ${issuer.token({ tenantId })}` } })

  t.strictSame(await statuses(3, as('acme')), [200, 200, 429])
  t.strictSame(await statuses(3, as('globex')), [200, 200, 429])
  t.strictSame(await statuses(4, as('big')), [200, 200, 200, 429])
  t.strictSame(await statuses(4), [200, 200, 200, 200])
  t.strictSame(await statuses(4, as({ nested: true })), [200, 200, 200, 200])
})

t.test('limits that need no identity are checked before the token', async (t) => {
  const { statuses } = await limitedGateway(t, [perAddress])
  const bad = { headers: { authorization: 'Bearer a.b.c' } }

  t.strictSame(await statuses(4, bad), [401, 401, 429, 429])
})

t.test('a limit that all callers share is not exhausted by requests with bad tokens, unless it is checked before the identity', async (t) => {
  const shared = { name: 'in-total', requests: 2, per: 'minute', by: ['global'] } as const
  const bad = { headers: { authorization: 'Bearer a.b.c' } }
  const byDefault = await limitedGateway(t, [shared])
  const early = await limitedGateway(t, [{ ...shared, phase: 'before-identity' }])

  t.strictSame([await byDefault.statuses(3, bad), await byDefault.statuses(3)].flat(), [401, 401, 401, 200, 200, 429])
  t.strictSame([await early.statuses(2, bad), await early.statuses(1)].flat(), [401, 401, 429])
})

t.test('limits by header, cookie, version and all together', async (t) => {
  const { statuses } = await limitedGateway(t, [
    { name: 'by-key', requests: 1, per: 'minute', by: ['header:X-Api-Key'] },
    { name: 'by-session', requests: 1, per: 'minute', by: ['cookie:session'] },
    { name: 'by-version', requests: 1, per: 'minute', by: ['version', 'header:x-each'] },
    { name: 'in-total', requests: 9, per: 'minute', by: ['global'] }
  ])
  const having = (headers: Record<string, string>) => ({ headers })

  t.strictSame(await statuses(2, having({ 'x-api-key': 'one' })), [200, 429])
  t.strictSame(await statuses(1, having({ 'x-api-key': 'two' })), [200])
  t.strictSame(await statuses(2, having({ cookie: 'session=one' })), [200, 429])
  t.strictSame(await statuses(2, having({ 'x-each': '1' })), [200, 429])
  t.strictSame(await statuses(2, having({ 'x-each': '1', 'x-version-override': 'v2' })), [200, 429])
  t.strictSame(await statuses(5), [200, 200, 200, 200, 429])
})

t.test('conditions restrict a limit to methods, paths and versions', async (t) => {
  const { statuses } = await limitedGateway(t, [
    { name: 'checkout', requests: 1, per: 'minute', by: ['global'], when: { methods: ['POST'], paths: ['/checkout'] } },
    { name: 'v2', requests: 1, per: 'minute', by: ['global'], when: { versions: ['v2'] } },
    { name: 'beta', requests: 1, per: 'minute', by: ['global'], when: ({ headers }) => headers['x-beta'] !== undefined }
  ])
  const post = { method: 'POST' }

  t.strictSame(await statuses(2, post, '/checkout/7?x=1'), [200, 429])
  t.strictSame(await statuses(2, post, '/checkouts'), [200, 200])
  t.strictSame(await statuses(2, {}, '/checkout'), [200, 200])
  t.strictSame(await statuses(2, { headers: { 'x-version-override': 'v2' } }), [200, 429])
  t.strictSame(await statuses(2, { headers: { 'x-beta': '1' } }), [200, 429])
})

const written: Array<[path: string, requested: string, options: object]> = [
  ['/checkout', '/%63heckout;x//7', {}],
  ['/checkout/', '/checkout', {}],
  ['/caf%c3%a9', '/caf%C3%A9', {}],
  ['/%63heckout', '/checkout', {}],
  ['/api/checkout', '/API/Checkout', { gateway: { prefix: '/api' }, server: { caseSensitive: false } }],
  ['/v2/checkout', '/v2/checkout', { gateway: { resolve: { override: [fromPath()], default: 'latest' } } }]
]
for (const [path, requested, options] of written) {
  for (const by of ['ip', 'version'] as const) {
    t.test(`a limit by ${by} for ${path} applies to ${requested}`, async (t) => {
      const { statuses } = await limitedGateway(t, [{ name: 'paths', requests: 1, per: 'minute', by: [by], when: { paths: [path] } }], options)

      t.strictSame(await statuses(2, {}, requested), [200, 429])
    })
  }
}

t.test('a request may cost more than one token, or none', async (t) => {
  const { statuses } = await limitedGateway(t, [{
    name: 'cost', requests: 10, per: 'minute', cost: ({ headers }) => Number(headers['x-cost'] ?? 1)
  }])
  const costing = (cost: string) => ({ headers: { 'x-cost': cost } })

  t.strictSame(await statuses(2, costing('6')), [200, 429])
  t.strictSame(await statuses(20, costing('0')), Array(20).fill(200))
  t.strictSame(await statuses(5, costing('not a number')), [200, 200, 200, 200, 429], 'an invalid cost counts as one')
})

t.test('a limit in shadow mode refuses nothing and is invisible', async (t) => {
  const { send, statuses } = await limitedGateway(t, [{ ...perAddress, shadow: true }])

  t.strictSame(await statuses(4), [200, 200, 200, 200])
  t.notOk((await send('/')).headers.has('ratelimit'))
})

t.test('a preflight is not limited by keys of the identity', async (t) => {
  const { statuses } = await limitedGateway(t, [{ name: 'per-tenant', requests: 1, per: 'minute', by: ['claim:tenantId'] }])
  const preflight = { method: 'OPTIONS', headers: { origin: 'https://a.test', 'access-control-request-method': 'GET' } }

  t.strictSame(await statuses(3, preflight), [200, 200, 200])
})

t.test('explain names the limits that apply, and counts nothing', async (t) => {
  const { app, statuses } = await limitedGateway(t, [perAddress, { name: 'per-version', requests: 5, per: 'second', by: ['version', 'ip'], shadow: true }])

  const explanations = await Promise.all(Array.from({ length: 5 }, async () => await app.versions.explain({ url: '/' })))

  t.ok(explanations.every(({ outcome }) => outcome === 'forwarded'))
  t.match(explanations[0]!.trace.join('\n'), /rate limit per-address \(2 per minute by ip\) applies[^]*per-version \(5 per second by version and ip, only counted\)/)
  t.strictSame(await statuses(3), [200, 200, 429])
  t.equal((await app.versions.resolveFor({})).id, 'latest')
})

t.test('the limits must be registered before the gateway', async (t) => {
  const app = makeApp(t)
  await app.register(versionGateway, { versions: { v1: { upstream: 'http://127.0.0.1:1' } }, resolve: { default: 'v1' } })

  await t.rejects(async () => await app.register(rateLimits, { limits: [perAddress] }), { code: 'STAGE_ORDER_INVALID' })
})

t.test('invalid limits are refused at boot with all problems', async (t) => {
  const app = makeApp(t)
  const error: Error = await app.register(rateLimits, {
    limits: [
      { name: 'a b', requests: 0, per: 'week' as 'day' },
      { name: 'one', requests: 1, per: 'day', by: ['claim:a..b'], algorithm: 'fixed-window', burst: 3, cost: 5 },
      { name: 'one', requests: 1, per: 'day', by: ['header' as 'ip'] },
      { name: 'two', requests: 1, per: 'day', by: ['version'], phase: 'before-identity' }
    ]
  }).then(() => t.fail('it was accepted') as never, (error: Error) => error)

  for (const place of ['limits[0].name', 'limits[0].requests', 'limits[0].per', 'limits[1].by[0]', 'limits[1].burst', 'limits[1].cost', 'limits[2].by[0]', 'limits[3].phase']) {
    t.ok(error.message.includes(place), place)
  }
})

t.test('a rule that names an unknown limit is refused at boot', async (t) => {
  const routes = [{ name: 'orders', limits: ['per-adress'] }]
  const versions = { v1: { upstream: 'http://127.0.0.1:1' } }
  const [without, with_] = [makeApp(t), makeApp(t)]
  await with_.register(rateLimits, { limits: [perAddress] })

  await t.rejects(async () => await without.register(versionGateway, { versions, routes, resolve: { default: 'v1' } }), /Register rateLimits before the gateway/)
  await t.rejects(async () => await with_.register(versionGateway, { versions, routes, resolve: { default: 'v1' } }), /no rate limit 'per-adress'/)
})
