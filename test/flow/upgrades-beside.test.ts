import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { WebSocketServer } from 'ws'
import versionGateway from '../../lib/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { openSocket } from '../helpers/raw.ts'
import { readResponse, readHead, upgradeLines } from '../helpers/upgrades.ts'
import { roundTrip, openWebSocket, refusal, startWebSockets } from '../helpers/websocket.ts'

/** Adds WebSockets of the app itself. */
function ownSockets (t: Test, app: FastifyInstance): void {
  const sockets = new WebSocketServer({ server: app.server, path: '/own' })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`own ${data.toString()}`)))
  t.teardown(() => { for (const socket of sockets.clients) socket.terminate() })
}

async function registerGateway (t: Test, app: FastifyInstance, prefix = '/api') {
  const upstream = await startWebSockets(t)
  await app.register(versionGateway, { prefix, versions: { latest: { upstream: upstream.origin } } })
  return upstream
}

for (const when of ['before', 'behind'] as const) {
  t.test(`WebSockets of the app that are registered ${when} the gateway are not affected`, async (t) => {
    const app = makeApp(t)
    if (when === 'before') ownSockets(t, app)
    const { requests } = await registerGateway(t, app)
    if (when === 'behind') ownSockets(t, app)
    const origin = await listen(app)

    const own = await openWebSocket(t, `${origin}/own?x=1`)
    const forwarded = await openWebSocket(t, `${origin}/api/events`)
    const { response } = await refusal(t, `${origin}/apiary`)

    t.equal(await roundTrip(own, 'hello'), 'own hello')
    t.equal(await roundTrip(forwarded, 'hello'), 'hello')
    t.equal(response.statusCode, 400, 'as the app responds to other upgrades')
    t.strictSame(requests.map(({ url }) => url), ['/events'])
  })
}

t.test('WebSockets that the app adds after it listens are not affected', async (t) => {
  const app = makeApp(t)
  const { requests } = await registerGateway(t, app)
  const origin = await listen(app)
  ownSockets(t, app)

  const own = await openWebSocket(t, `${origin}/own`)

  t.equal(await roundTrip(own, 'hello'), 'own hello')
  t.strictSame(requests, [])
})

t.test('two gateways in one app each have their own WebSockets', async (t) => {
  const app = makeApp(t)
  const [a, b] = [await registerGateway(t, app, '/a'), await registerGateway(t, app, '/b')]
  const origin = await listen(app)

  await openWebSocket(t, `${origin}/a/events`)
  await openWebSocket(t, `${origin}/b?x=1`)

  t.strictSame([a, b].map(({ requests }) => requests.map(({ url }) => url)), [['/events'], ['/?x=1']])
})

t.test('a prefix with parameters supports WebSockets', async (t) => {
  const app = makeApp(t)
  const { requests } = await registerGateway(t, app, '/:tenant/api')
  const origin = await listen(app)

  await openWebSocket(t, `${origin}/acme/api/events`)

  t.equal(requests[0]!.url, '/events')
})

t.test('an upgrade target in absolute form is treated like its path', async (t) => {
  const app = makeApp(t)
  const { requests } = await registerGateway(t, app)
  const socket = await openSocket(t, await listen(app))

  socket.write(['GET http://a/api/events HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''].join('\r\n'))

  t.match(await readHead(socket), /^HTTP\/1\.1 101 /)
  t.equal(requests[0]!.url, '/events')
})

/** Makes an app that decides what is an upgrade, which newer versions of Node support. */
function deciding (t: Test, decide: () => boolean): FastifyInstance {
  const app = makeApp(t)
  Object.assign(app.server, { shouldUpgradeCallback: decide })
  return app
}

t.test('if the app accepts no upgrades, only the gateway does', async (t) => {
  const app = deciding(t, () => false)
  ownSockets(t, app)
  await registerGateway(t, app)
  const origin = await listen(app)

  const { response } = await refusal(t, `${origin}/own`)
  const forwarded = await openWebSocket(t, `${origin}/api/events`)

  t.equal(response.statusCode, 404)
  t.equal(await roundTrip(forwarded, 'hello'), 'hello')
})

/** Adds a second address to an app as Fastify does. */
async function secondAddress (t: Test, app: FastifyInstance): Promise<string> {
  const server = createServer((request, response) => app.routing(request, response))
  server.on('upgrade', app.server.emit.bind(app.server, 'upgrade'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('a second address of the app supports WebSockets and responds to other upgrades', async (t) => {
  const app = makeApp(t)
  await registerGateway(t, app)
  await app.ready()
  const origin = await secondAddress(t, app)
  const socket = await openSocket(t, origin)

  const forwarded = await openWebSocket(t, `${origin}/api/events`)
  socket.write(upgradeLines('/api/orders', 'h2c').join('\r\n'))

  t.equal(await roundTrip(forwarded, 'hello'), 'hello')
  t.match(await readResponse(socket), { head: /^HTTP\/1\.1 200 /, body: 'ok' })
})

// Node 26 reads the body of an upgrade itself. If the request was parsed again, the next bytes would be taken for its body.
t.test('an upgrade whose body Node may have read is not parsed again', async (t) => {
  const app = deciding(t, () => true)
  const { server } = await registerGateway(t, app)
  await app.ready()
  const received: IncomingMessage[] = []
  server.on('request', (request) => received.push(request))
  const socket = await openSocket(t, await secondAddress(t, app))

  socket.on('error', () => {}).resume().write(upgradeLines('/api/orders', 'h2c', 'Content-Length: 5').join('\r\n') + 'hello')
  await once(socket, 'close')

  t.strictSame(received, [])
})
