import { text } from 'node:stream/consumers'
import t from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startGateway } from '../helpers/gateway.ts'
import { openSocket } from '../helpers/raw.ts'
import { upstreamSending, rawUpstream } from '../helpers/raw-upstream.ts'
import { followSockets } from '../helpers/sockets.ts'
import { upgrade, upgradeLines } from '../helpers/upgrades.ts'
import { deadOrigin, startUpstream } from '../helpers/upstream.ts'
import { openWebSocket, refusal, startWebSockets } from '../helpers/websocket.ts'

for (const [what, headers, status, code] of [
  ['a bad token', { authorization: 'Bearer a.b.c' }, 401, 'TOKEN_INVALID'],
  ['an unknown version', { 'x-version-override': 'v9' }, 400, 'VERSION_UNKNOWN']
] as const) {
  t.test(`${what} refuses a WebSocket before an upstream is contacted, and the connection is closed`, async (t) => {
    const sockets = followSockets(t)
    const { origin: upstream, requests } = await startWebSockets(t)
    const { origin } = await startGateway(t, { versions: { latest: { upstream } } })

    const { response, body } = await refusal(t, `${origin}/events`, { headers })

    t.match(response, { statusCode: status, headers: { 'content-type': 'application/problem+json', connection: 'close' } })
    t.match(JSON.parse(body), { code })
    t.strictSame(requests, [])
    t.equal(await sockets.allClosed(), 2, 'both ends of one connection')
  })
}

t.test('an upstream that is down results in a 502', async (t) => {
  const { origin } = await gatewayTo(t, { targets: await deadOrigin() })

  const { response, body } = await refusal(t, origin)

  t.match(response, { statusCode: 502, headers: { connection: 'close' } })
  t.match(JSON.parse(body), { code: 'UPSTREAM_UNAVAILABLE', version: 'latest' })
})

t.test('if one target is down, another one is used', async (t) => {
  const upstream = await startWebSockets(t)
  const targets = [await deadOrigin(), upstream.origin]
  const { origin } = await gatewayTo(t, { targets })

  await Promise.all([openWebSocket(t, origin), openWebSocket(t, origin)])

  t.equal(upstream.requests.length, 2)
})

t.test('an upstream that does not respond in time results in a 504', async (t) => {
  const targets = await rawUpstream(t, () => {})
  const { origin } = await gatewayTo(t, { targets, timeouts: { total: 20 } })

  const { response, body } = await refusal(t, origin)

  t.equal(response.statusCode, 504)
  t.match(JSON.parse(body), { code: 'UPSTREAM_TIMEOUT' })
})

t.test('an upstream that closes the connection before it responds results in a 502', async (t) => {
  const upstream = await rawUpstream(t, (socket) => socket.destroy())
  const { origin } = await gatewayTo(t, { targets: upstream })

  const { response } = await refusal(t, origin)

  t.equal(response.statusCode, 502)
})

for (const status of [200, 401, 403, 404, 426]) {
  t.test(`an upstream's own ${status} is forwarded unchanged, and the connection is closed`, async (t) => {
    const sockets = followSockets(t)
    const upstream = await upstreamSending(t, [
      `HTTP/1.1 ${status} My Reason`, 'Connection: Upgrade', 'Upgrade: websocket', 'WWW-Authenticate: Basic', 'Set-Cookie: a=1', 'Set-Cookie: b=2',
      'Content-Length: 2', '', 'no'
    ].join('\r\n'))
    const { origin } = await gatewayTo(t, { targets: upstream })

    const { response, body } = await refusal(t, origin)

    t.match(response, {
      statusCode: status,
      statusMessage: 'My Reason',
      headers: { 'www-authenticate': 'Basic', 'set-cookie': ['a=1', 'b=2'], 'api-version': 'latest', connection: 'close' }
    })
    t.equal(body, 'no')
    t.equal(await sockets.allClosed(), 4)
  })
}

t.test('a refusal arrives completely at a client that keeps sending', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => { response.writeHead(403).end('no '.repeat(100_000)) })
  const { origin } = await gatewayTo(t, { targets: upstream })
  const socket = await openSocket(t, origin)

  socket.on('error', () => {}).write(upgradeLines('/', 'websocket').join('\r\n') + 'early'.repeat(10_000))
  const response = await text(socket)

  t.match(response, /^HTTP\/1\.1 403 /)
  t.ok(response.endsWith('no no no \r\n0\r\n\r\n'))
})

t.test('an endless refusal is not read after the client has disconnected', async (t) => {
  const sockets = followSockets(t)
  const upstream = await startUpstream(t, 'v1', (_request, response) => { response.writeHead(403).write('no') })
  const { origin } = await gatewayTo(t, { targets: upstream })
  const { socket } = await upgrade(t, origin, upgradeLines('/', 'websocket'))

  socket.destroy()

  t.ok(await sockets.allClosed())
})
