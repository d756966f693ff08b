import t from 'tap'
import type { VersionTraffic } from '../../types/admin-api.ts'
import { administered, password } from '../helpers/admin.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('versions are returned with their state, dates, aliases and targets, but without secrets of their upstreams', async (t) => {
  const upstream = await startUpstream(t, 'v1')
  const { get } = await administered(t, {
    versions: {
      v1: {
        upstream: { targets: upstream, headers: { request: { set: { 'x-secret': 'hidden-word' } } } },
        deprecatedAt: '2026-01-01',
        sunsetAt: '2100-01-01',
        successor: 'v2'
      },
      v2: { upstream }
    },
    aliases: { latest: 'v2' }
  })

  const { status, body } = await get('versions')

  t.equal(status, 200)
  t.match(body, {
    revision: 1,
    defaultId: 'v2',
    aliases: { latest: 'v2' },
    versions: [
      { id: 'v1', state: 'deprecated', disabled: null, sunsetAt: '2100-01-01T00:00:00.000Z', successor: 'v2', healthy: true, targets: [{ address: upstream, healthy: true }] },
      { id: 'v2', state: 'active' }
    ]
  })
  t.notMatch(JSON.stringify(body), /hidden-word/)
  t.match(await get('versions/LATEST'), { status: 200, body: { id: 'v2' } }, 'by any of its names')
  t.match(await get('versions/v9'), { status: 404, body: { detail: "There is no version 'v9'." } })
  t.match(await get('health'), { body: { versions: [{ version: 'v1', healthy: true }, { version: 'v2' }] } })
})

t.test('the resolvers are returned in order of precedence', async (t) => {
  const { get } = await administered(t)

  const { body: { precedence } } = await get('versions')

  t.strictSame(precedence, { override: ['header:x-version-override'], weak: [], pin: ['claim:userMetadata.version'], default: 'latest' })
})

t.test('a default function is reported as a function', async (t) => {
  const { get } = await administered(t, { resolve: { default: () => 'v2' } })

  t.match(await get('versions'), { body: { defaultId: null, precedence: { override: [], pin: [], default: 'a function' } } })
})

t.test('recent requests are listed with their decision but without the query, newest first', async (t) => {
  const { send, requestsOf, bearer } = await administered(t)

  await (await send('/orders?token=secret', { headers: { 'x-version-override': 'v2' } })).text()
  await requestsOf(1)
  await (await send('/orders', { headers: { ...bearer('v2'), 'x-version-override': 'v9' } })).text()
  const requests = await requestsOf(2)

  t.match(requests, [
    { method: 'GET', path: '/orders', status: 400, version: null, tier: null, outcome: 'refused', cause: 'VERSION_UNKNOWN' },
    { path: '/orders', status: 200, version: 'v2', tier: 'override', source: 'header:x-version-override', requested: 'v2', outcome: 'served', cause: null }
  ])
  t.notMatch(JSON.stringify(requests), /secret/)
})

t.test('paths are shortened, and segments that may be parameters are removed', async (t) => {
  const { send, requestsOf } = await administered(t)

  await (await send(`/${'a'.repeat(2000)}`)).text()
  await requestsOf(1)
  await (await send('/b;token=secret')).text()
  const [{ path }, long] = await requestsOf(2) as [{ path: string }, { path: string }]

  t.equal(path, '/b')
  t.equal(long.path.length, 300)
})

for (const sampling of [{ sampleEvery: 2 }, { oneOf: 2 }]) {
  t.test(`with ${Object.keys(sampling)[0]}, requests are sampled, and no more than the maximum are kept`, async (t) => {
    const { send, get } = await administered(t, {}, { recent: { max: 2, ...sampling } })

    for (let index = 0; index < 7; index++) await (await send(`/${index}`)).text()
    let paths: string[] = []
    while (paths[0] !== '/6') paths = (await get('requests')).body.requests.map(({ path }: { path: string }) => path)

    t.strictSame(paths, ['/6', '/4'])
  })
}

t.test('traffic is counted by version', async (t) => {
  const { send, get, requestsOf } = await administered(t)

  for (const version of ['v2', 'v2', 'v9']) await (await send('/a', { headers: { 'x-version-override': version } })).text()
  await requestsOf(3)
  const { body: { versions } } = await get('traffic')

  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
  const counts = (versions as VersionTraffic[]).map((each) => [each.version, sum(each.requests), sum(each.refused)])
  t.strictSame(counts, [['v2', 2, 0], [null, 1, 1]])
  t.ok(versions[0].p50 > 0)
})

t.test('the admin\'s own requests are not counted', async (t) => {
  const { get } = await administered(t)

  await get('versions')
  await get('versions')

  t.match(await get('requests'), { body: { requests: [] } })
  t.match(await get('traffic'), { body: { versions: [] } })
})

t.test('the callers of a version are returned', async (t) => {
  const { see, get, bearer } = await administered(t)
  await see('/a', { headers: bearer('v2') })

  t.match(await get('versions/v2/usage'), { body: { version: 'v2', callers: 1, usage: [{ consumer: 'alice', count: 1, tier: 'pin' }] } })
  t.match(await get('versions/v2/usage?limit=1'), { status: 200 })
  for (const limit of ['0', '-1', 'x', '1e3', '1000']) {
    t.match(await get(`versions/v2/usage?limit=${limit}`), { status: 400, body: { detail: /limit/ } }, limit)
  }
  t.match(await get('versions/v9/usage'), { status: 404 })
})

t.test('an explanation matches the response that the request would get', async (t) => {
  const { post, send } = await administered(t)
  const headers = { 'x-version-override': 'v2' }

  const { status, body } = await post('explain', { url: '/orders', headers })

  t.equal(status, 200)
  t.match(body, { outcome: 'forwarded', decision: { id: 'v2', tier: 'override' } })
  t.ok(body.trace.length > 1)
  t.equal((await send('/orders', { headers })).headers.get('api-version'), body.decision.id)
  t.match(await post('explain', { claims: { userMetadata: { version: 'v2' } } }), { body: { decision: { id: 'v2', tier: 'pin' } } })
  t.match(await post('explain', {}), { body: { decision: { id: 'latest', tier: 'default' } } })
})

t.test('an explanation that is not possible is refused with a reason', async (t) => {
  const { post, send } = await administered(t)
  const cases: Array<[body: unknown, detail: RegExp]> = [
    [{ url: 'orders' }, /url: expected a path/],
    [{ url: '/a\r\nb' }, /url: expected a path/],
    [{ method: 'G T' }, /method/],
    [{ headers: { 'a b': 'x' } }, /headers/],
    [{ headers: { a: 'x\ny' } }, /headers/],
    [{ headers: { a: 1 } }, /headers/],
    [{ claims: 'x' }, /claims/],
    [{ claims: {}, provider: 'nobody' }, /no identity provider 'nobody'/],
    [{ surprise: 1 }, /unknown option/],
    [[], /expected an object/],
    ['text', /expected an object/]
  ]
  for (const [body, detail] of cases) t.match(await post('explain', body), { status: 400, body: { detail } }, JSON.stringify(body))

  const headers = { ...password, 'content-type': 'application/json' }
  for (const body of ['{"url":', '{"__proto__":{"x":1}}']) t.equal((await send('/admin/api/explain', { method: 'POST', headers, body })).status, 400, body)
})
