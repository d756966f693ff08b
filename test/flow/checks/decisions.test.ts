import t from 'tap'
import { startChecked, startService } from '../../helpers/checked.ts'
import { openSocket, sendRaw } from '../../helpers/raw.ts'
import { readHead, startSwitching } from '../../helpers/upgrades.ts'
import type { Seen } from '../../helpers/upstream.ts'

t.test('the service gets the method, the target and the headers of a request, and a 2xx lets it pass', async (t) => {
  const service = await startService(t)
  const { send, origin } = await startChecked(t, [{ name: 'authz', url: `${service.url}/check/` }], {
    versions: { latest: { upstream: { targets: (await startService(t, (request, response) => { response.end(request.url) })).url, headers: { request: { set: { 'x-secret': '1' } } } } } }
  })

  const response = await send('/orders?id=1', { method: 'PUT', headers: { 'x-client': 'a', authorization: 'Bearer b' } })

  t.equal(response.status, 200)
  t.match(service.asked, [{
    method: 'PUT',
    url: '/check/orders?id=1',
    headers: {
      host: new URL(origin).host, 'x-client': 'a', authorization: 'Bearer b', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http', 'x-secret': undefined
    }
  }])
})

t.test('a service gets only the headers of forwardHeaders, and those that say where the request comes from', async (t) => {
  const service = await startService(t)
  const { send } = await startChecked(t, [{ name: 'authz', url: service.url, forwardHeaders: ['Authorization'] }])

  await send('/', { headers: { authorization: 'Bearer b', cookie: 'a=1', 'x-partial-body': 'true' } })

  t.match(service.asked[0]!.headers, {
    authorization: 'Bearer b', cookie: undefined, 'x-partial-body': undefined, 'x-forwarded-for': '127.0.0.1', host: /^127/
  })
})

t.test('a refusal becomes the response, with its body and the headers that belong to it', async (t) => {
  const service = await startService(t, (_request, response) => {
    response.writeHead(401, { 'content-type': 'text/plain', 'www-authenticate': 'Basic', 'set-cookie': ['a=1', 'b=2'], 'x-internal': '1' }).end('log in')
  })
  const { send } = await startChecked(t, [{ name: 'authz', url: service.url }])

  const response = await send('/')

  t.equal(response.status, 401)
  t.equal(await response.text(), 'log in')
  t.match(Object.fromEntries(response.headers), { 'content-type': 'text/plain', 'www-authenticate': 'Basic', 'cache-control': 'no-store', 'x-internal': undefined })
  t.strictSame(response.headers.getSetCookie(), ['a=1', 'b=2'])
})

t.test('a redirect of the service reaches the client', async (t) => {
  const service = await startService(t, (_request, response) => { response.writeHead(302, { location: 'https://login.test/' }).end() })
  const { send } = await startChecked(t, [{ name: 'login', url: service.url }])

  const response = await send('/')

  t.equal(response.status, 302)
  t.equal(response.headers.get('location'), 'https://login.test/')
})

t.test('without passResponse, the caller gets a problem with the status of the service', async (t) => {
  const service = await startService(t, (_request, response) => { response.writeHead(403, { 'set-cookie': 'a=1' }).end('rule 942100') })
  const { send } = await startChecked(t, [{ name: 'waf', url: service.url, passResponse: false }])

  const response = await send('/')

  t.match(await response.json(), { status: 403, code: 'CHECK_REFUSED', check: undefined })
  t.strictSame(response.headers.getSetCookie(), [])
})

t.test('checks run in order, and the first refusal counts', async (t) => {
  const first = await startService(t, (request, response) => { response.writeHead(request.url === '/no' ? 403 : 200, { 'x-user': 'u1' }).end() })
  const second = await startService(t)
  const { send } = await startChecked(t, [{ name: 'first', url: first.url, copyHeaders: ['x-user'] }, { name: 'second', url: second.url }])

  const refused = await send('/no')
  const passed = await send('/yes')

  t.equal(refused.status, 403)
  t.equal(passed.status, 200)
  t.match(second.asked, [{ url: '/yes', headers: { 'x-user': 'u1' } }])
})

t.test('headers that are copied from the service replace those of clients', async (t) => {
  const service = await startService(t, (request, response) => { response.writeHead(200, request.url === '/known' ? { 'X-User': 'u1' } : {}).end() })
  const { send } = await startChecked(t, [{ name: 'authz', url: service.url, copyHeaders: ['X-User'] }])

  const known = await (await send('/known', { headers: { 'x-user': 'admin', x_user: 'admin' } })).json() as Seen
  const unknown = await (await send('/unknown', { headers: { 'x-user': 'admin' } })).json() as Seen

  t.equal(known.headers['x-user'], 'u1')
  t.notOk('x_user' in known.headers)
  t.notOk('x-user' in unknown.headers)
  t.notOk('x-user' in service.asked[1]!.headers)
})

t.test('a check with when: route only applies to rules that name it', async (t) => {
  const service = await startService(t, (_request, response) => { response.writeHead(403).end() })
  const { send } = await startChecked(t, [{ name: 'admins', url: service.url, when: 'route' }], {
    routes: [{ name: 'admin', matches: [{ path: { prefix: '/admin' } }], checks: ['admins'] }, { name: 'rest' }]
  })

  const statuses = await Promise.all(['/admin/users', '/orders'].map(async (path) => (await send(path)).status))

  t.strictSame(statuses, [403, 200])
})

t.test('an upgrade is checked without its connection headers, and refused like any request', async (t) => {
  const service = await startService(t, (_request, response) => { response.writeHead(403).end('no') })
  const { origin } = await startChecked(t, [{ name: 'authz', url: service.url }])

  const response = await sendRaw(t, origin, [
    'GET /socket HTTP/1.1', 'Host: api.test', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'
  ])

  t.match(response, /^HTTP\/1\.1 403 [^]*no$/)
  t.match(service.asked, [{ method: 'GET', url: '/socket', headers: { host: 'api.test', upgrade: undefined, 'sec-websocket-version': '13' } }])
})

t.test('an upgrade that may pass has the copied headers, and not those of the client', async (t) => {
  const service = await startService(t, (_request, response) => { response.writeHead(200, { 'x-user': 'u1' }).end() })
  const switching = await startSwitching(t)
  const { origin } = await startChecked(t, [{ name: 'authz', url: service.url, body: { maxBytes: 10 }, copyHeaders: ['x-user'] }], {
    versions: { latest: { upstream: switching.origin } }
  })
  const socket = await openSocket(t, origin)
  socket.write('GET /socket HTTP/1.1\r\nHost: api.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-User: admin\r\n\r\n')

  const head = await readHead(socket)
  const { request } = await switching.last()

  t.match(head, /^HTTP\/1\.1 101 /)
  t.equal(request.headers['x-user'], 'u1')
})

t.test('HEAD and OPTIONS are checked with their own method', async (t) => {
  const service = await startService(t, (request, response) => { response.writeHead(request.method === 'HEAD' ? 403 : 204, { 'content-length': 0 }).end() })
  const { send } = await startChecked(t, [{ name: 'authz', url: service.url }])

  const statuses = [await send('/', { method: 'HEAD' }), await send('/', { method: 'OPTIONS' })].map(({ status }) => status)

  t.strictSame(statuses, [403, 200])
  t.strictSame(service.asked.map(({ method }) => method), ['HEAD', 'OPTIONS'])
})
