import t from 'tap'
import { observeVersions } from '../../lib/observe/index.ts'
import { administered } from '../helpers/admin.ts'
import { makeApp } from '../helpers/gateway.ts'
import { scrape } from '../helpers/metrics.ts'
import { singleVersion, observed, requests } from '../helpers/observed.ts'
import { startUpstream } from '../helpers/upstream.ts'

const attempts = 'version_gateway_upstream_attempts_total'

t.test('a 5xx response counts as served, and its attempt as a server error', async (t) => {
  const statuses = [499, 500, 503, 599, 700]
  const upstream = await startUpstream(t, 'v1', ({ url }, response) => response.writeHead(Number(url!.slice(1))).end())
  const { metricsOf, send } = await observed(t, singleVersion(upstream))

  for (const status of statuses) t.equal((await send(`/${status}`)).status, status)
  const { value } = await metricsOf(statuses.length)

  t.equal(value(requests, { outcome: 'served', status: '5xx' }), 4)
  t.equal(value(attempts, { target: upstream, result: 'server-error' }), 4)
  t.equal(value(attempts, { target: upstream, result: 'succeeded' }), 1)
})

t.test('a server error that causes a retry counts for its target, and the request counts as served', async (t) => {
  const failing = await startUpstream(t, 'failing', (_request, response) => response.writeHead(503).end())
  const good = await startUpstream(t, 'good')
  const { metricsOf, send } = await observed(t, singleVersion({ targets: [failing, good], retry: { on: [503] } }))

  const { status } = await send('/a')
  const { value } = await metricsOf(1)

  t.equal(status, 200)
  t.equal(value(requests, { outcome: 'served', status: '2xx' }), 1)
  t.equal(value(attempts, { target: failing, result: 'server-error' }), 1)
  t.equal(value(attempts, { target: good, result: 'succeeded' }), 1)
  t.equal(value(attempts, { result: 'abandoned' }), 0)
})

t.test('a truncated server error is a failed attempt', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => {
    response.writeHead(500, { 'content-length': 100 })
    response.write('part', () => response.destroy())
  })
  const { metricsOf, send } = await observed(t, singleVersion(upstream))

  await t.rejects(send('/a').then(async (response) => await response.text()))
  const { value } = await metricsOf(1)

  t.equal(value(requests, { status: '5xx', outcome: 'upstream-failed' }), 1)
  t.equal(value(attempts, { result: 'failed' }), 1)
  t.equal(value(attempts, { result: 'server-error' }), 0)
})

t.test('the admin page counts the same failures as the metrics', async (t) => {
  const app = makeApp(t)
  await app.register(observeVersions)
  const upstream = await startUpstream(t, 'v1', ({ url }, response) => {
    if (url === '/cut') response.destroy()
    else response.writeHead(Number(url!.slice(1))).end()
  })
  const { get, origin, requestsOf, send } = await administered(t, singleVersion(upstream), {}, app)

  for (const path of ['/200', '/500', '/cut', '/404', '/..%2f']) await send(path)
  await requestsOf(5)
  const { body } = await get('traffic')
  const { value } = await scrape(origin)

  const failed = body.versions.find(({ version }: { version: string }) => version === 'latest').failed as number[]
  t.equal(failed.reduce((sum, each) => sum + each), 2)
  t.equal(value(requests, { version: 'latest', outcome: 'upstream-failed' })! + value(requests, { version: 'latest', outcome: 'served', status: '5xx' })!, 2)
})
