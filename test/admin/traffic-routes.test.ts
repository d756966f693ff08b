import t from 'tap'
import { administered } from '../helpers/admin.ts'
import { administeredRelease, releaseOptions, rollout, start } from '../helpers/released.ts'

const reason = 'a test'
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

t.test('rollouts are returned with their config, their share, and the traffic of both groups', async (t) => {
  const ramp = [{ at: start - 1000, percent: 10 }, { at: '2027-01-01', percent: 50 }]
  const { get, visit, requestsOf } = await administeredRelease(t, { rollouts: [{ ...rollout, ramp }] })
  for (const [tenant, path] of [['acme', '/orders'], ['acme', '/orders/broken'], ['umbrella', '/orders']] as const) await visit(tenant, path)
  await requestsOf(3)

  const { body: { revision, sliceMs, rollouts: [one] } } = await get('rollouts')

  t.strictSame([revision, sliceMs], [1, 10_000])
  t.match(one, {
    name: 'checkout',
    from: 'v3',
    to: 'v4',
    percent: 10,
    runningPercent: 10,
    state: 'running',
    reason: null,
    key: 'header:x-tenant',
    openRings: 1,
    rings: [{ name: 'staff', keys: 2 }, { name: 'beta', keys: 1 }],
    ramp: [{ at: new Date(start - 1000).toISOString(), percent: 10 }, { at: '2027-01-01T00:00:00.000Z', percent: 50 }],
    guard: { minRequests: 50, maxErrorRate: 0.05, action: 'rollback' },
    cohort: { window: { requests: 2, failed: 1 } },
    control: { window: { requests: 1, failed: 0 } }
  })
  t.strictSame([sum(one.cohort.requests), sum(one.cohort.failed), sum(one.control.requests), sum(one.control.failed)], [2, 1, 1, 0])
  t.type(one.cohort.p95s.at(-1), 'number')
  t.notMatch(JSON.stringify(one), /acme|staff-1/, 'keys of callers are not shown')
})

t.test('without rollouts, routes, mirrors and limits, the lists are empty', async (t) => {
  const { get } = await administered(t)

  t.match(await get('rollouts'), { body: { rollouts: [] } })
  t.match(await get('routes'), { body: { total: 0, routes: [], unmatched: null } })
  t.match(await get('limits'), { body: { limits: [] } })
  t.match(await get('shadow'), { body: { mirrors: [] } })
})

t.test('the share, the rings and the state of a rollout can be changed', async (t) => {
  const { get, post } = await administeredRelease(t)
  const stateOf = async () => {
    const { percent, openRings, state, reason } = (await get('rollouts')).body.rollouts[0]
    return [percent, openRings, state, reason]
  }

  t.strictSame(await post('rollouts/checkout/percent', { percent: 12.5, reason }), { status: 200, body: { revision: 2 } })
  t.strictSame(await stateOf(), [12.5, 1, 'running', null])
  await post('rollouts/checkout/rings', { openRings: 2, reason })
  t.strictSame(await stateOf(), [12.5, 2, 'running', null])
  await post('rollouts/checkout/hold', { reason: 'too many errors' })
  t.strictSame(await stateOf(), [12.5, 2, 'held', 'too many errors'])
  await post('rollouts/checkout/rollback', { reason: 'still too many' })
  t.strictSame(await stateOf(), [0, 2, 'rolled-back', 'still too many'])
  t.match(await get('rollouts'), { body: { rollouts: [{ runningPercent: 12.5 }] } })
  await post('rollouts/checkout/resume', { percent: 5, reason })
  t.strictSame(await stateOf(), [5, 2, 'running', null])
  t.match(await get('audit'), {
    body: {
      changes: [
        { action: 'rollout-resume', subject: 'checkout', values: { percent: 5 }, revision: 6 },
        { action: 'rollout-rollback', values: {}, reason: 'still too many' },
        { action: 'rollout-hold' },
        { action: 'rollout-rings', values: { openRings: 2 } },
        { action: 'rollout-percent', actor: '127.0.0.1', values: { percent: 12.5 } }
      ]
    }
  })
})

t.test('an invalid change of a rollout is rejected and changes nothing', async (t) => {
  const { post, app } = await administeredRelease(t)
  const cases: Array<[path: string, body: object, status: number, detail: RegExp]> = [
    ['rollouts/checkout/percent', { reason }, 400, /percent: missing/],
    ['rollouts/checkout/percent', { reason, percent: '5' }, 400, /percent: expected a share/],
    ['rollouts/checkout/percent', { reason, percent: 101 }, 400, /percent: expected a share/],
    ['rollouts/checkout/percent', { percent: 5 }, 400, /reason: missing/],
    ['rollouts/checkout/rings', { reason, openRings: 3 }, 422, /openRings/],
    ['rollouts/checkout/hold', { reason, percent: 5 }, 400, /percent: unknown option/],
    ['rollouts/checkout/resume', { reason, revision: 7 }, 409, /revision is 1/],
    ['rollouts/checkin/hold', { reason }, 404, /There is no rollout 'checkin'/],
    ['rollouts/__proto__/hold', { reason }, 404, /There is no rollout/]
  ]
  for (const [path, body, status, detail] of cases) {
    t.match(await post(path, body), { status, body: { status, detail, code: String } }, `${path} ${JSON.stringify(body)}`)
  }
  t.equal(app.versions.revision, 1)
})

t.test('rules are returned with what they match, where they lead, and their traffic, the busiest first', async (t) => {
  const { get, visit, requestsOf } = await administeredRelease(t)
  for (const path of ['/lost/7', '/orders/broken', '/orders', '/nowhere']) await visit('acme', path)
  await requestsOf(4)

  const { body: { total, found, routes, unmatched } } = await get('routes')

  t.strictSame([total, found], [4, 4])
  t.match(routes, [
    { name: 'orders', matches: ['/orders/*'], targets: [], response: null },
    { name: 'lost', matches: ['~ /lost/[0-9]+'], invalid: 'the backend does not exist' },
    { name: 'search', matches: ['GET /search, header x-beta: true'], targets: [{ version: 'v3', share: 0.9 }, { version: 'v4', share: 0.1 }], traffic: null },
    { name: 'old', response: 'redirect 301' }
  ])
  t.strictSame([sum(routes[0].traffic.requests), sum(routes[0].traffic.failed), sum(routes[1].traffic.refused)], [2, 1, 1])
  t.type(routes[0].traffic.p95, 'number')
  t.equal(sum(unmatched.refused), 1)
})

t.test('rules can be filtered by name, host and path', async (t) => {
  const { options } = await releaseOptions(t)
  const hosts = Array.from({ length: 8 }, (_, index) => `h${index}.example`)
  const query = { page: { regex: '[0-9]+' } }
  const many = Array.from({ length: 150 }, (_, index) => ({ name: `rule-${index}`, matches: [{ path: { prefix: `/p${index}` } }] }))
  const routes = [
    { name: 'hosts', hosts, matches: [{ query, cookies: { a: '1' }, headers: { 'x-a': { regex: 'v.' } } }], respond: { status: 204 } },
    { name: 'single', matches: [{ path: { exact: '/Exact' } }], to: 'v3' },
    ...many
  ]
  const { get } = await administered(t, { identity: undefined, ...options, routes } as object)

  t.match(await get('routes'), { body: { total: 152, found: 152, routes: { length: 100 } } })
  t.match(await get('routes?filter=RULE-14'), { body: { total: 152, found: 11, routes: [{ name: 'rule-14' }, { name: 'rule-140' }] } })
  t.match(await get('routes?filter=/exact'), { body: { found: 1, routes: [{ name: 'single', targets: [{ version: 'v3', share: 1 }] }] } })
  t.match(await get('routes?filter=h7.example'), {
    body: {
      routes: [{
        hosts: ['h0.example', 'h1.example', 'h2.example', 'h3.example', 'h4.example', '3 more'],
        matches: ['/*, header x-a ~ v., query page ~ [0-9]+, cookie a=1'],
        response: 'response 204'
      }]
    }
  })
  t.match(await get('routes?filter=a&filter=b'), { status: 400, body: { detail: /filter/ } })
})

t.test('rules that respond themselves are described by their status, and keys that a function makes by that', async (t) => {
  const routes = [{ name: 'moved', matches: [{ path: { exact: '/moved' } }], redirect: {} }, { name: 'down', matches: [{ path: { exact: '/down' } }], respond: {} },
    { name: 'gone', matches: [{ path: { exact: '/gone' } }], respond: { status: 410 } }]
  const { options } = await releaseOptions(t, { rollouts: [{ ...rollout, key: () => 'acme' }] })
  const { get } = await administered(t, { identity: undefined, ...options, routes } as object)

  const { body } = await get('routes')

  t.strictSame(body.routes.map(({ name, response }: { name: string, response: string }) => [name, response]), [
    ['moved', 'redirect 302'], ['down', 'response 200'], ['gone', 'response 410']
  ])
  t.match(await get('rollouts'), { body: { rollouts: [{ name: 'checkout', key: 'a function' }] } })
})
