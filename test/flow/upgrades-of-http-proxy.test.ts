import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { WebSocketServer } from 'ws'
import versionGateway from '../../lib/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { openSocket } from '../helpers/raw.ts'
import { upgradeLines } from '../helpers/upgrades.ts'
import { roundTrip, openWebSocket, refusal, startWebSockets } from '../helpers/websocket.ts'

/** A WebSocket route of the app at `/own`. Like @fastify/websocket, it ignores the upgrades of others. */
function ownRoute (t: Test, { server }: FastifyInstance): void {
  const sockets = new WebSocketServer({ noServer: true })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`own ${data.toString()}`)))
  server.on('upgrade', (request, socket: Duplex, head) => {
    if (request.url === '/own') sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request))
  })
  t.teardown(() => { for (const socket of sockets.clients) socket.terminate() })
}

/** Registers @fastify/http-proxy at `/proxy`. */
async function registerProxy (t: Test, app: FastifyInstance): Promise<void> {
  const { origin } = await startWebSockets(t, (socket) => socket.on('message', (data) => socket.send(`proxied ${data.toString()}`)))
  await app.register(httpProxy, { prefix: '/proxy', upstream: origin, websocket: true })
}

/** Registers a gateway at `/api`. */
async function registerGateway (t: Test, app: FastifyInstance): Promise<void> {
  const { origin } = await startWebSockets(t)
  await app.register(versionGateway, { prefix: '/api', versions: { latest: { upstream: origin } } })
}

async function askAll (t: Test, origin: string): Promise<string[]> {
  const sockets = [await openWebSocket(t, `${origin}/own`), await openWebSocket(t, `${origin}/proxy/events`), await openWebSocket(t, `${origin}/api/events`)]
  return await Promise.all(sockets.map(async (socket) => await roundTrip(socket, 'hello')))
}

const orders = {
  'own route, @fastify/http-proxy, gateway': [ownRoute, registerProxy, registerGateway],
  '@fastify/http-proxy, own route, gateway': [registerProxy, ownRoute, registerGateway],
  'gateway, @fastify/http-proxy, own route': [registerGateway, registerProxy, ownRoute],
  '@fastify/http-proxy, gateway, own route': [registerProxy, registerGateway, ownRoute]
}
for (const [order, steps] of Object.entries(orders)) {
  t.test(`the app's own WebSocket route works beside @fastify/http-proxy: ${order}`, async (t) => {
    const app = makeApp(t)
    for (const step of steps) await step(t, app)
    const origin = await listen(app)

    const responses = await askAll(t, origin)

    t.strictSame(responses, ['own hello', 'proxied hello', 'hello'])
  })
}

t.test('a WebSocket route that the app adds after it listens works beside @fastify/http-proxy', async (t) => {
  const app = makeApp(t)
  await registerProxy(t, app)
  await registerGateway(t, app)
  const origin = await listen(app)
  ownRoute(t, app)

  const responses = await askAll(t, origin)

  t.strictSame(responses, ['own hello', 'proxied hello', 'hello'])
})

t.test('without another WebSocket route, @fastify/http-proxy refuses upgrades of unknown paths', async (t) => {
  const app = makeApp(t)
  await registerProxy(t, app)
  await registerGateway(t, app)
  const origin = await listen(app)

  const { response } = await refusal(t, `${origin}/unknown`)

  t.equal(response.statusCode, 404)
})

t.test('a WebSocket server that the app adds after it listens does not respond to upgrades of the gateway', async (t) => {
  const app = makeApp(t)
  await registerGateway(t, app)
  const origin = await listen(app)
  const sockets = new WebSocketServer({ server: app.server, path: '/own' })
  t.teardown(() => sockets.close())

  const forwarded = await openWebSocket(t, `${origin}/api/events`)

  t.equal(await roundTrip(forwarded, 'hello'), 'hello')
})

t.test('a WebSocket server that the app closes gets no more upgrades', async (t) => {
  const app = makeApp(t)
  app.get('/own', async () => 'closed')
  const sockets = new WebSocketServer({ server: app.server, path: '/own' })
  await registerGateway(t, app)
  const origin = await listen(app)
  sockets.close()

  const { response, body } = await refusal(t, `${origin}/own`)

  t.strictSame([response.statusCode, body], [200, 'closed'])
})

t.test('the listeners of others see as many listeners as without a gateway', async (t) => {
  const app = makeApp(t)
  const counts: number[] = []
  for (let count = 0; count < 2; count++) {
    app.server.on('upgrade', (_request, socket: Duplex) => {
      counts.push(app.server.listenerCount('upgrade'))
      socket.destroy()
    })
  }
  await registerGateway(t, app)
  const socket = await openSocket(t, await listen(app))

  socket.on('error', () => {}).resume().write(upgradeLines('/own').join('\r\n'))
  await once(socket, 'close')

  t.strictSame(counts, [2, 2])
})
