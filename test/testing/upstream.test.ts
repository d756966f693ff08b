import t from 'tap'
import versionGateway from '../../lib/index.ts'
import { startUpstream } from '../../lib/testing/index.ts'
import { makeApp } from '../helpers/gateway.ts'

t.test('an upstream responds with the request, and records it', async (t) => {
  const upstream = await startUpstream('v2')
  t.teardown(upstream.close)

  const response = await fetch(`${upstream.origin}/orders?a=1`, { method: 'POST', headers: { 'x-tenant': 'acme' }, body: 'four' })
  const received = await response.json()

  t.match(received, { servedBy: 'v2', method: 'POST', path: '/orders?a=1', headers: { 'x-tenant': 'acme' }, body: 'four' })
  t.strictSame(upstream.requests, [received])
})

t.test('an upstream responds as the test says, until it is reset to echo', async (t) => {
  const upstream = await startUpstream('v2')
  t.teardown(upstream.close)
  const get = async () => {
    const response = await fetch(upstream.origin)
    return [response.status, response.headers.get('content-type'), await response.text()]
  }

  upstream.respond({ status: 404, headers: { 'content-type': 'text/plain' }, body: 'none' })
  const fixed = await get()
  upstream.respond(({ method }) => ({ body: { method } }))
  const computed = await get()
  upstream.respond({ status: 204 })
  const empty = await get()
  upstream.respond(null)
  const echo = await get()

  t.strictSame([fixed, computed, empty], [[404, 'text/plain', 'none'], [200, 'application/json', '{"method":"GET"}'], [204, null, '']])
  t.match(echo, [200, 'application/json', /"servedBy":"v2"/])
})

t.test('an upstream fails as often as the test says', async (t) => {
  const upstream = await startUpstream('v2')
  t.teardown(upstream.close)
  const app = makeApp(t)
  await app.register(versionGateway, { versions: { v2: { upstream: upstream.origin } }, resolve: { default: 'v2' } })
  const statuses = async (count: number) => {
    const list = []
    for (let i = 0; i < count; i++) list.push((await app.inject('/')).statusCode)
    return list
  }

  upstream.fail({ status: 503, times: 2 })
  const limited = await statuses(3)
  t.equal(upstream.requests.length, 3)
  upstream.fail()
  const disconnected = await statuses(1)
  upstream.recover()
  const recovered = await statuses(1)

  t.strictSame([limited, disconnected, recovered], [[503, 503, 200], [502], [200]])
})

t.test('an upstream with a listener of its own leaves the request to it', async (t) => {
  const upstream = await startUpstream('v2', { listener: (_request, response) => response.writeHead(418).end() })
  t.teardown(upstream.close)

  const { status } = await fetch(upstream.origin)

  t.equal(status, 418)
})

t.test('a closed upstream refuses connections, and may be closed again', async (t) => {
  let origin = ''
  {
    await using upstream = await startUpstream('v2')
    origin = upstream.origin
    await fetch(origin)
    await upstream.close()
  }

  await t.rejects(fetch(origin))
})
