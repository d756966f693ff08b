import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { WebSocketServer } from 'ws'
import { makeAuthority } from '../helpers/certificates.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startGateway } from '../helpers/gateway.ts'
import { makeHttp2App } from '../helpers/http2.ts'
import { followSockets } from '../helpers/sockets.ts'
import { endWithOther, readAll, readResponse, readHead, startSwitching, upgradeLines } from '../helpers/upgrades.ts'
import { roundTrip, openWebSocket, refusal, startWebSockets } from '../helpers/websocket.ts'

/** Makes an app with TLS that speaks only HTTP/1.1, or HTTP/2 as well. */
async function makeTlsApp (t: Test, kind: 'http1' | 'http2') {
  if (kind === 'http2') return await makeHttp2App(t, 'h2')
  const { ca, server } = await makeAuthority()
  const app = Fastify({ https: await server('127.0.0.1') })
  t.teardown(async () => { await app.close() })
  return { app: app as unknown as FastifyInstance, ca }
}

for (const kind of ['http1', 'http2'] as const) {
  const startTls = async (t: Test, upstream: string) => {
    const { app, ca } = await makeTlsApp(t, kind)
    const { origin } = await startGateway(t, { versions: { latest: { upstream: { targets: upstream, upgrades: { protocols: ['websocket', 'acme'] } } } } }, app)
    const connectTls = async () => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1', { ca, ALPNProtocols: ['http/1.1'] })
      t.teardown(() => socket.destroy())
      await once(socket, 'secureConnect')
      return socket
    }
    return { app, ca, origin: origin.replace('http:', 'https:'), connectTls }
  }

  t.test(`a WebSocket over TLS is forwarded, refused and closed as without TLS (${kind})`, async (t) => {
    const sockets = followSockets(t)
    const upstream = await startWebSockets(t)
    const { app, ca, origin } = await startTls(t, upstream.origin)

    const socket = await openWebSocket(t, origin, { ca })
    const reply = await roundTrip(socket, 'hello')
    const { response } = await refusal(t, origin, { ca, headers: { 'x-version-override': 'v9' } })
    const closed = once(socket, 'close')
    await app.close()

    t.equal(reply, 'hello')
    t.equal(upstream.requests[0]!.headers['x-forwarded-proto'], 'https')
    t.equal(response.statusCode, 400)
    t.equal((await closed)[0], 1001)
    t.ok(await sockets.allClosed())
  })

  t.test(`an ignored upgrade over TLS gets a normal response, and so does the next request (${kind})`, async (t) => {
    const upstream = await startSwitching(t)
    const { connectTls } = await startTls(t, upstream.origin)
    const socket = await connectTls()

    socket.write(upgradeLines('/first', 'h2c').join('\r\n'))
    const first = await readResponse(socket)
    socket.write(upgradeLines('/second', 'h2c').join('\r\n'))
    const second = await readResponse(socket)

    t.strictSame([first.body, second.body], ['/first', '/second'])
  })

  t.test(`half-closing is forwarded over TLS, too (${kind})`, async (t) => {
    const sockets = followSockets(t)
    const upstream = await startSwitching(t)
    const { connectTls } = await startTls(t, upstream.origin)
    const socket = await connectTls()
    socket.write(upgradeLines().join('\r\n'))
    await readHead(socket)
    const { socket: peer } = await upstream.last()

    socket.allowHalfOpen = true
    socket.end('question')
    const question = await readAll(peer)
    peer.end('answer')
    const response = await readAll(socket)

    t.strictSame([question, response], ['question', 'answer'])
    t.ok(await sockets.allClosed())
  })

  t.test(`a TLS client that disconnects leaves no connection open (${kind})`, async (t) => {
    const sockets = followSockets(t)
    const upstream = await startSwitching(t)
    const { connectTls } = await startTls(t, upstream.origin)
    const socket = await connectTls()
    socket.write(upgradeLines().join('\r\n'))
    await readHead(socket)
    endWithOther((await upstream.last()).socket)

    socket.destroy()

    t.ok(await sockets.allClosed())
  })
}

t.test('an upstream with TLS supports WebSockets, even if it offers HTTP/2', async (t) => {
  const { ca, server: issue } = await makeAuthority()
  const server = createServer({ ...await issue('127.0.0.1'), ALPNProtocols: ['h2', 'http/1.1'] })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data.toString())))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
  })
  const targets = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { origin } = await gatewayTo(t, { targets, http2: true, tls: { ca } })

  const socket = await openWebSocket(t, origin)

  t.equal(await roundTrip(socket, 'hello'), 'hello')
})
