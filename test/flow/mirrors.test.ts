import { once } from 'node:events'
import { request as connect } from 'node:http'
import t from 'tap'
import { mirrored, recorded } from '../helpers/mirrored.ts'
import { startUpstream } from '../helpers/upstream.ts'

const bearer = { authorization: 'Bearer abc', cookie: 'session=1', 'x-api-key': 'secret', 'x-tenant': 'acme' }

t.test('a copy goes to the mirrored version with its version header and a mark', async (t) => {
  const { send, settled, received } = await mirrored(t)

  const response = await send('/orders?page=2', { headers: { 'x-shadow': '0', 'x-other': 'a' } })

  t.equal(response.status, 200)
  t.match(await settled(), { sent: 1, dropped: 0, failed: 0 })
  t.match(received.v4, [{ method: 'GET', path: '/orders?page=2', headers: { 'x-shadow': '1', 'api-version': 'v4', 'x-other': 'a' } }])
  t.match(received.v3, [{ headers: { 'x-shadow': '0' } }])
})

t.test('a copy carries no credentials of the caller, but those of the config', async (t) => {
  const { send, settled, received } = await mirrored(t, { upstream: { headers: { request: { set: { 'x-service-token': 'of the gateway' } } } } })

  await send('/', { headers: bearer })
  await settled()

  const { authorization, cookie, 'x-api-key': key, 'x-tenant': tenant, 'x-service-token': token } = received.v4[0]!.headers
  t.strictSame([authorization, cookie, key, tenant, token], [undefined, undefined, undefined, 'acme', 'of the gateway'])
})

t.test('a copy carries the credentials with forwardCredentials', async (t) => {
  const { send, settled, received } = await mirrored(t, { mirror: { forwardCredentials: true } })

  await send('/', { headers: bearer })
  await settled()

  t.match(received.v4[0]!.headers, bearer)
})

t.test('only GET and HEAD are mirrored by default', async (t) => {
  const { send, settled, received } = await mirrored(t)

  for (const method of ['POST', 'DELETE', 'OPTIONS', 'HEAD', 'GET']) await send('/', { method })
  await settled(2)

  t.strictSame(received.v4.map(({ method }) => method).sort(), ['GET', 'HEAD'])
})

t.test('a copy has the body, whether it arrives with the head or later', async (t) => {
  const { origin, send, settled, received } = await mirrored(t, { mirror: { methods: ['POST'] } })
  await send('/whole', { method: 'POST', body: 'whole' })
  await settled()
  const upload = connect(`${origin}/chunked`, { method: 'POST' })

  upload.write('first ')
  upload.end('second')
  const [response] = await once(upload, 'response')
  response.resume()
  await settled(2)

  t.strictSame(received.v4.map(({ path, body }) => [path, body]), [['/whole', 'whole'], ['/chunked', 'first second']])
})

t.test('a request with a body beyond the limit is not mirrored', async (t) => {
  const { origin, send, settled, received } = await mirrored(t, { mirror: { methods: ['POST'], maxBodyBytes: 10 } })
  const upload = connect(`${origin}/chunked`, { method: 'POST' })
  upload.write('0123456789')
  upload.end('a')
  const [response] = await once(upload, 'response')
  response.resume()

  await send('/large', { method: 'POST', body: '0123456789a' })
  await send('/small', { method: 'POST', body: '0123456789' })
  await settled()

  t.strictSame(received.v4.map(({ path }) => path), ['/small'])
  t.strictSame(received.v3.map(({ body }) => body), ['0123456789a', '0123456789a', '0123456789'])
})

t.test('percent: 0 mirrors nothing', async (t) => {
  const { send, received, outcomes } = await mirrored(t, { mirror: { percent: 0 } })

  for (let i = 0; i < 20; i++) await send('/')

  t.strictSame([received.v4.length, outcomes()], [0, {}])
})

t.test('the mirror of a rule copies the requests of the rule, with its edits', async (t) => {
  const routes = [
    { name: 'orders', matches: [{ path: { prefix: '/orders' } }], mirror: [{ version: 'v4' }], headers: { request: { set: { 'x-rule': 'orders' } } } },
    { name: 'rest' }
  ]
  const { app, send, settled, received } = await mirrored(t, { options: { mirrors: [], routes } })

  await send('/users')
  await send('/orders/1')
  await settled()

  t.match(received.v4, [{ path: '/orders/1', headers: { 'x-rule': 'orders' } }])
  t.equal(received.v4.length, 1)
  t.match(app.versions.shadow(), [{ mirror: 'orders', from: 'v3', to: 'v4' }])
})

t.test('an update starts and ends mirrors', async (t) => {
  const { app, send, settled, received } = await mirrored(t, { options: { mirrors: [] } })
  const v4 = await startUpstream(t, 'v4', recorded(received.v4, (_request, response) => { response.end() }))
  const versions = { v3: { upstream: v4 }, v4: { upstream: v4 } }

  app.versions.update({ versions, mirrors: [{ name: 'new', from: 'v3', version: 'v4' }] })
  await send('/mirrored')
  await settled()
  app.versions.update({ versions })
  await send('/alone')

  t.equal(received.v4.filter(({ headers }) => headers['x-shadow'] === '1').length, 1)
})

t.test('a disabled version gets no copies', async (t) => {
  const { app, send, settled, received } = await mirrored(t)
  app.versions.disable('v4')

  await send('/disabled')
  app.versions.enable('v4')
  await send('/enabled')
  await settled()

  t.strictSame(received.v4.map(({ path }) => path), ['/enabled'])
})

t.test('server-sent events are not mirrored', async (t) => {
  const { send, received, settled } = await mirrored(t, {
    v3: ({ url }, response) => { response.setHeader('content-type', url === '/events' ? 'text/event-stream' : 'text/plain').end('data: a\n\n') }
  })

  await (await send('/events')).text()
  await (await send('/text')).text()
  await settled()

  t.strictSame(received.v4.map(({ path }) => path), ['/text'])
})

t.test('the response of a request that fails is not mirrored', async (t) => {
  const { send, received } = await mirrored(t, { v3: (_request, response) => { response.destroy() } })

  const { status } = await send('/')

  t.strictSame([status, received.v4.length], [502, 0])
})
