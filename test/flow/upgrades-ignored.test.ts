import t from 'tap'
import versionGateway from '../../lib/index.ts'
import { listen, makeApp, startGateway } from '../helpers/gateway.ts'
import { bodyOf, openSocket, sendRaw } from '../helpers/raw.ts'
import { readResponse, readHead } from '../helpers/upgrades.ts'
import type { Seen } from '../helpers/upstream.ts'

const h2c = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__']

for (const [what, lines, body] of [
  ['to HTTP/2', ['GET /first HTTP/1.1', ...h2c], ''],
  ['to HTTP/2 with a body', ['POST /first HTTP/1.1', ...h2c, 'Content-Length: 5'], 'hello'],
  ['to HTTP/2 with chunks', ['POST /first HTTP/1.1', ...h2c, 'Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'],
  ['to TLS', ['OPTIONS /first HTTP/1.1', 'Connection: Upgrade', 'Upgrade: TLS/1.0'], ''],
  ['to one of several, none of them allowed', ['GET /first HTTP/1.1', 'Connection: Upgrade', 'Upgrade: acme, h2c'], ''],
  ['to WebSocket with a body', ['POST /first HTTP/1.1', 'Connection: keep-alive, Upgrade', 'Upgrade: websocket', 'Content-Length: 5'], 'hello']
] as const) {
  t.test(`an upgrade ${what} gets a normal HTTP/1.1 response, and so does the next request`, async (t) => {
    const { origin } = await startGateway(t)
    const socket = await openSocket(t, origin)

    socket.write([...lines, 'Host: api.test', 'X-Own: 1', '', body].join('\r\n'))
    const first = await readResponse(socket)
    socket.write('GET /second HTTP/1.1\r\nHost: api.test\r\n\r\n')
    const second = await readResponse(socket)

    t.match(first.head, /^HTTP\/1\.1 200 /)
    t.match(bodyOf<Seen>(first.body), { path: '/first', body: body === '' ? '' : 'hello', headers: { 'x-own': '1', upgrade: undefined } })
    t.notOk('http2-settings' in bodyOf<Seen>(first.body).headers)
    t.match(bodyOf<Seen>(second.body), { path: '/second' })
  })
}

t.test('an upgrade in an HTTP/1.0 request gets a normal response', async (t) => {
  const { origin } = await startGateway(t)

  const response = await sendRaw(t, origin, ['GET /first HTTP/1.0', 'Upgrade: websocket', 'Connection: Upgrade'])

  t.match(response, /^HTTP\/1\.1 200 /)
  t.match(bodyOf<Seen>(response), { path: '/first', headers: { upgrade: undefined } })
})

t.test('an Upgrade header that Connection does not name is ignored', async (t) => {
  const { origin } = await startGateway(t)

  const response = await sendRaw(t, origin, ['GET /first HTTP/1.1', 'Host: api.test', 'Upgrade: websocket'])

  t.match(bodyOf<Seen>(response), { path: '/first', headers: { upgrade: undefined } })
})

t.test('every request on a connection can ask for HTTP/2', async (t) => {
  const { origin } = await startGateway(t)
  const socket = await openSocket(t, origin)
  const warnings: string[] = []
  const warn = ({ message }: Error): void => { warnings.push(message) }
  process.on('warning', warn)
  t.teardown(() => process.off('warning', warn))

  const paths: string[] = []
  for (let i = 0; i < 20; i++) {
    socket.write([`GET /${i} HTTP/1.1`, 'Host: api.test', ...h2c, '', ''].join('\r\n'))
    paths.push(bodyOf<Seen>((await readResponse(socket)).body).path)
  }

  t.strictSame(paths, Array.from({ length: 20 }, (_, index) => `/${index}`))
  t.strictSame(warnings, [])
})

t.test('Expect: 100-continue in an ignored upgrade is honored', async (t) => {
  const { origin } = await startGateway(t)
  const socket = await openSocket(t, origin)

  socket.write(['POST /first HTTP/1.1', 'Host: api.test', ...h2c, 'Expect: 100-continue', 'Content-Length: 5', '', ''].join('\r\n'))
  const interim = await readHead(socket)
  socket.write('hello')
  const { body } = await readResponse(socket)

  t.equal(interim, 'HTTP/1.1 100 Continue\r\n\r\n')
  t.match(bodyOf<Seen>(body), { body: 'hello' })
})

t.test('an upgrade outside the gateway gets a normal response if there is no listener', async (t) => {
  const app = makeApp(t)
  app.post('/mine', async ({ body }) => body)
  await app.register(versionGateway, { prefix: '/api', versions: { latest: { upstream: 'http://127.0.0.1:1' } } })
  const origin = await listen(app)
  const socket = await openSocket(t, origin)

  socket.write(['POST /mine HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket', 'Content-Type: application/json', 'Content-Length: 7', '', '{"a":1}'].join('\r\n'))
  const mine = await readResponse(socket)
  socket.write(['GET /nowhere HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket', '', ''].join('\r\n'))
  const nowhere = await readResponse(socket)

  t.match(mine, { head: /^HTTP\/1\.1 200 /, body: '{"a":1}' })
  t.match(nowhere, { head: /^HTTP\/1\.1 404 / })
})
