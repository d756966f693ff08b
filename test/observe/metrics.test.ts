import t from 'tap'
import { singleVersion, observed, requests } from '../helpers/observed.ts'
import { openSocket } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'
import { deadOrigin, startUpstream } from '../helpers/upstream.ts'

t.test('requests are counted by version, tier, status class, outcome and cause', async (t) => {
  const { metricsOf, send, bearer } = await observed(t)

  await send('/a')
  await send('/a', { headers: { 'x-version-override': 'v2' } })
  await send('/b', { headers: bearer('v2') })
  await send('/b', { headers: { 'x-version-override': 'v9' } })
  const { value } = await metricsOf(4)

  t.equal(value(requests, { version: 'latest', tier: 'default', status: '2xx', outcome: 'served', cause: 'none' }), 1)
  t.equal(value(requests, { version: 'v2', tier: 'override', outcome: 'served' }), 1)
  t.equal(value(requests, { version: 'v2', tier: 'pin', outcome: 'served' }), 1)
  t.equal(value(requests, { version: '', tier: 'none', status: '4xx', outcome: 'refused', cause: 'VERSION_UNKNOWN' }), 1)
})

t.test('requests are counted by rule, also those of an invalid one', async (t) => {
  const { metricsOf, send } = await observed(t, { routes: [{ name: 'all' }, { name: 'broken', matches: [{ path: { prefix: '/b' } }], invalid: 'a test' }] })

  await send('/a')
  await send('/b')
  const { value } = await metricsOf(2)

  t.equal(value(requests, { route: 'all', outcome: 'served' }), 1)
  t.equal(value(requests, { route: 'broken', outcome: 'refused', status: '5xx' }), 1)
})

t.test('request durations are a histogram with consistent buckets', async (t) => {
  const { metricsOf, send } = await observed(t)

  await send('/a')
  await send('/a')
  const { text } = await metricsOf(2)

  t.match(text, /version_gateway_request_duration_seconds_count\{version="latest"[^}]*\} 2/)
  t.match(text, /version_gateway_request_duration_seconds_bucket\{version="latest",tier="default",status="2xx",outcome="served",le="\+Inf"\} 2/)
  t.match(text, /version_gateway_request_duration_seconds_sum\{version="latest"[^}]*\} 0\.\d+/)
})

t.test('a failure to connect is counted with its cause, for the request, its targets and the retry', async (t) => {
  const dead = [await deadOrigin(), await deadOrigin()]
  const { metricsOf, send } = await observed(t, singleVersion({ targets: dead }))

  await send('/a')
  const { value } = await metricsOf(1)

  t.equal(value(requests, { version: 'latest', status: '5xx', outcome: 'upstream-failed', cause: 'refused' }), 1)
  t.equal(value('version_gateway_upstream_attempts_total', { version: 'latest', result: 'failed' }), 2)
  t.equal(value('version_gateway_upstream_retries_total', { version: 'latest' }), 1)
  t.equal(value('version_gateway_upstream_healthy', { target: dead[0]! }), 1)
})

t.test('a request whose client disconnects counts as gone, and its attempt as abandoned', async (t) => {
  let isThere = false
  const upstream = await startUpstream(t, 'v1', () => { isThere = true })
  const { origin, metricsOf } = await observed(t, singleVersion(upstream))
  const socket = await openSocket(t, origin)

  socket.write('GET /slow HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await until(() => isThere)
  socket.destroy()
  const { value } = await metricsOf(1)

  t.equal(value(requests, { version: 'latest', status: '4xx', outcome: 'client-gone' }), 1)
  t.equal(value('version_gateway_upstream_attempts_total', { result: 'abandoned' }), 1)
  t.equal(value('version_gateway_upstream_pending', { version: 'latest' }), 0)
})

t.test('a truncated response counts as a failure of the upstream regardless of its status', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('part', () => response.destroy())
  })
  const { metricsOf, send } = await observed(t, singleVersion(upstream))

  await t.rejects(send('/a').then(async (response) => await response.text()))
  const { value } = await metricsOf(1)

  t.equal(value(requests, { status: '2xx', outcome: 'upstream-failed', cause: 'reset' }), 1)
})

t.test('callers are counted by provider, and refused ones by reason', async (t) => {
  const { metricsOf, send, bearer, issuer } = await observed(t)

  await send('/a')
  await send('/a', { headers: bearer('v2') })
  await send('/a', { headers: { authorization: `Bearer ${issuer.token({ exp: 1 })}` } })
  await send('/a', { headers: { authorization: 'Bearer none' } })
  const { value, labels } = await metricsOf(4)

  t.equal(value('version_gateway_identity_total', { provider: 'test-idp', result: 'verified' }), 1)
  t.equal(value('version_gateway_identity_total', { provider: 'test-idp', result: 'refused', reason: 'expired' }), 1)
  t.equal(value('version_gateway_identity_total', { provider: '', result: 'refused', reason: 'malformed' }), 1)
  t.ok(labels('version_gateway_identity_total').some(({ result }) => result === 'anonymous'))
  t.equal(value('version_gateway_token_cache_total', { provider: 'test-idp', result: 'miss' }), 2)
})
