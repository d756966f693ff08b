import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { getGlobalDispatcher, MockAgent, setGlobalDispatcher } from 'undici'
import type { UpstreamOptions } from '../../types/index.ts'
import { makeApp } from '../helpers/gateway.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startUpstream } from '../helpers/upstream.ts'
import { until } from '../helpers/until.ts'

// `upstream.dispatcher` replaces the gateway's own connections. The exchange keeps its rules.

const targets = 'http://v1.test'

/** Makes a gateway to an upstream that does not exist. */
async function mocked (t: Test, upstream: Partial<UpstreamOptions> = {}) {
  const mock = new MockAgent()
  mock.disableNetConnect()
  t.teardown(async () => await mock.close())
  const gateway = await gatewayTo(t, { targets, dispatcher: mock, ...upstream })
  return { ...gateway, mock, upstream: mock.get(targets) }
}

t.test('a mock gets the request with the gateway’s header rules, and its response is passed on', async (t) => {
  const { app, upstream } = await mocked(t)
  let headers: Record<string, string> = {}
  upstream.intercept({ path: '/orders?a=%2f', headers: { 'x-tenant': 'acme' } }).reply((request) => {
    headers = request.headers as Record<string, string>
    const fields = { 'set-cookie': ['a=1', 'b=2'], connection: 'x-hop', 'x-hop': '1' }
    return { statusCode: 201, data: 'made', responseOptions: { headers: fields, trailers: { 'x-sum': '1' } } }
  })

  const response = await app.inject({ url: '/orders?a=%2f', headers: { 'x-tenant': 'acme', 'keep-alive': '5', te: 'trailers' } })

  t.match(response, { statusCode: 201, payload: 'made', headers: { 'api-version': 'latest', 'set-cookie': ['a=1', 'b=2'] }, trailers: { 'x-sum': '1' } })
  t.notHas(response.headers, 'x-hop')
  t.match(headers, { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' })
  t.notHas(headers, 'keep-alive')
})

for (const [name, payload] of Object.entries({ text: 'four', stream: () => Readable.from(['fo', 'ur']) })) {
  t.test(`a mock compares the body of a request, sent as ${name}`, async (t) => {
    const { app, upstream } = await mocked(t)
    upstream.intercept({ path: '/', method: 'POST', body: 'four' }).reply(200, ({ body }) => `got ${String(body)}`)

    const response = await app.inject({ url: '/', method: 'POST', payload: typeof payload === 'string' ? payload : payload() })

    t.equal(response.payload, 'got four')
  })
}

t.test('a body over maxRequestBytes is refused before a mock gets it', async (t) => {
  const { app, upstream } = await mocked(t, { maxRequestBytes: 3 })
  upstream.intercept({ path: '/', method: 'POST' }).reply(200)

  const response = await app.inject({ url: '/', method: 'POST', payload: Readable.from(['fo', 'ur']) })

  t.equal(response.statusCode, 413)
})

t.test('a 204 of a mock has no body', async (t) => {
  const { app, upstream } = await mocked(t)
  upstream.intercept({ path: '/' }).reply(204, 'ignored')

  t.match(await app.inject('/'), { statusCode: 204, payload: '' })
})

t.test('an error of a mock, and a request that no mock expects, become 502, and the log has the reason', async (t) => {
  const causes: unknown[] = []
  const stream = { write: (line: string) => { causes.push(JSON.parse(line).err?.message) } }
  const mock = new MockAgent()
  mock.disableNetConnect()
  const { app } = await gatewayTo(t, { targets, dispatcher: mock }, makeApp(t, { logger: { level: 'error', stream } }))
  mock.get(targets).intercept({ path: '/fails' }).replyWithError(new Error('the reason'))

  const failed = await app.inject('/fails')
  const unexpected = await app.inject('/unexpected')

  t.match([failed.json(), unexpected.json()], [{ code: 'UPSTREAM_UNAVAILABLE' }, { code: 'UPSTREAM_UNAVAILABLE' }])
  t.match(causes.join('\n'), /the reason.*\n.*not matched for path '\/unexpected'/s)
})

t.test('timeouts.headers applies to a mock that is late', async (t) => {
  const { app, upstream } = await mocked(t, { timeouts: { headers: 20 }, retry: { attempts: 0 } })
  upstream.intercept({ path: '/' }).reply(200, 'late').delay(60_000)

  t.match((await app.inject('/')).json(), { code: 'UPSTREAM_TIMEOUT' })
})

t.test('retries go to another target, and health checks use the dispatcher', async (t) => {
  const second = 'http://other.test'
  const mock = new MockAgent()
  mock.disableNetConnect()
  mock.get(targets).intercept({ path: '/healthz' }).reply(500).persist()
  mock.get(second).intercept({ path: '/healthz' }).reply(200).persist()
  mock.get(targets).intercept({ path: '/' }).reply(503, 'busy')
  mock.get(second).intercept({ path: '/' }).reply(200, 'served')
  const active = { path: '/healthz', failures: 1, successes: 1 }
  const { app, targets: health } = await gatewayTo(t, {
    targets: [targets, second], dispatcher: mock, retry: { on: [503] }, health: { active }
  })

  await until(() => health().every(({ active }) => active !== 'unknown'))
  const response = await app.inject('/')

  t.strictSame(health().map(({ active }) => active), ['down', 'up'])
  t.equal(response.payload, 'served')
})

t.test('a MockAgent that is the global dispatcher is used while it is active, and no other one', async (t) => {
  const before = getGlobalDispatcher()
  t.teardown(() => setGlobalDispatcher(before))
  const mock = new MockAgent()
  const real = await startUpstream(t, 'real')
  const { app } = await gatewayTo(t, { targets: real })
  mock.get(real).intercept({ path: '/' }).reply(200, { servedBy: 'mock' }).persist()
  const servedBy = async () => (await app.inject('/')).json().servedBy

  const first = await servedBy()
  setGlobalDispatcher(mock)
  const second = await servedBy()
  mock.deactivate()
  const third = await servedBy()

  t.strictSame([first, second, third], ['real', 'mock', 'real'])
})

t.test('the dispatcher outlives the app, and an update can replace it', async (t) => {
  const { app, mock, upstream } = await mocked(t)
  const other = new MockAgent()
  other.disableNetConnect()
  other.get(targets).intercept({ path: '/' }).reply(200, 'other')
  upstream.intercept({ path: '/' }).reply(200, 'first').times(2)

  const first = await app.inject('/')
  app.versions.update({ versions: { latest: { upstream: { targets, dispatcher: other } } } })
  const second = await app.inject('/')
  await app.close()
  const { body } = await mock.request({ origin: targets, path: '/', method: 'GET' })

  t.strictSame([first.payload, second.payload, await body.text()], ['first', 'other', 'first'])
})
