import { once } from 'node:events'
import { connect } from 'node:http2'
import type { FastifyError } from 'fastify'
import t from 'tap'
import { MockAgent } from 'undici'
import { externalChecks } from '../../../lib/index.ts'
import { startChecked, startService } from '../../helpers/checked.ts'
import { makeApp } from '../../helpers/gateway.ts'
import { fetchOver, makeHttp2App } from '../../helpers/http2.ts'

t.test('requests over HTTP/2 are checked and refused', async (t) => {
  const service = await startService(t, (request, response) => { response.writeHead(request.url === '/no' ? 403 : 200, { 'content-type': 'text/plain' }).end('no') })
  const { app } = await makeHttp2App(t)
  const { origin } = await startChecked(t, [{ name: 'authz', url: service.url }], { app })
  const session = connect(origin)
  t.teardown(() => session.destroy())

  const refused = await fetchOver(session, '/no', { cookie: 'a=1' })
  const passed = await fetchOver(session, '/yes')

  t.match(refused, { status: 403, body: 'no', headers: { 'content-type': 'text/plain' } })
  t.equal(passed.status, 200)
  t.match(service.asked[0]!.headers, { host: new URL(origin).host, cookie: 'a=1' })
})

t.test('connections to the service are reused', async (t) => {
  const service = await startService(t)
  const { send } = await startChecked(t, [{ name: 'authz', url: service.url }])

  for (let count = 0; count < 5; count++) await (await send('/')).text()

  t.equal(service.asked.length, 5)
  t.equal(service.connections(), 1)
})

t.test('a dispatcher of the app sends the requests to the service', async (t) => {
  const dispatcher = new MockAgent()
  dispatcher.disableNetConnect()
  dispatcher.get('http://authz.test').intercept({ path: '/orders', method: 'POST', body: 'hello' }).reply(403, 'no')
  const { send } = await startChecked(t, [{ name: 'authz', url: 'http://authz.test', body: { maxBytes: 10 }, dispatcher }])

  const response = await send('/orders', { method: 'POST', body: 'hello' })

  t.equal(response.status, 403)
  t.equal(await response.text(), 'no')
})

t.test('the app may replace refusals with its own, if it handles its errors', async (t) => {
  const service = await startService(t, (_request, response) => { response.writeHead(403).end('no') })
  const app = makeApp(t)
  app.setErrorHandler(async ({ code, statusCode }: FastifyError, _request, reply) => await reply.code(statusCode!).send({ own: code }))
  const { send } = await startChecked(t, [{ name: 'authz', url: service.url }], { app, forward: { reply: 'fastify' } })

  const response = await send('/')

  t.equal(response.status, 403)
  t.strictSame(await response.json(), { own: 'CHECK_REFUSED' })
})

t.test('explain names the checks that apply, and does not call them', async (t) => {
  const service = await startService(t)
  const { app } = await startChecked(t, [{ name: 'waf', url: service.url }, { name: 'admins', url: service.url, when: 'route' }])

  const { trace, outcome } = await app.versions.explain({ url: '/orders' })

  t.equal(outcome, 'forwarded')
  t.ok(trace.includes('External checks that apply, and are not called here: waf.'), trace.join('\n'))
  t.equal(service.asked.length, 0)
})

t.test('the requests in flight at close are checked and served', async (t) => {
  const service = await startService(t, () => {})
  const { app, send } = await startChecked(t, [{ name: 'authz', url: service.url, timeoutMs: 60_000 }], { app: makeApp(t, { forceCloseConnections: false }) })
  const response = send('/')
  const [, waiting] = await once(service.server, 'asked')

  const closed = app.close()
  setImmediate(() => waiting.end())

  t.equal((await response).status, 200)
  await closed
})

t.test('the checks around a scope run before its own', async (t) => {
  const order: string[] = []
  const [outer, inner] = [await startService(t), await startService(t)]
  outer.server.on('asked', () => order.push('outer'))
  inner.server.on('asked', () => order.push('inner'))
  const app = makeApp(t)
  await app.register(externalChecks, { checks: [{ name: 'outer', url: outer.url }] })
  const { send } = await startChecked(t, [{ name: 'inner', url: inner.url }], { app })

  t.equal((await send('/')).status, 200)
  t.strictSame(order, ['outer', 'inner'])
})
