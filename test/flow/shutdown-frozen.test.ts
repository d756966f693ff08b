import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import t, { type Test } from 'tap'
import type { ForwardOptions, UpstreamOptions } from '../../types/index.ts'
import { makeApp } from '../helpers/gateway.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeHttp2App } from '../helpers/http2.ts'
import { openSocket } from '../helpers/raw.ts'
import { frames, rawHttp2Upstream } from '../helpers/raw-http2-upstream.ts'
import { rawUpstream } from '../helpers/raw-upstream.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

// Each test ends when `app.close()` settles, which must not wait for a frozen peer.

const get = 'GET / HTTP/1.1\r\nHost: api.test\r\n\r\n'
const soon: ForwardOptions = { closeGraceMs: 50 }

async function closable (t: Test, upstream: UpstreamOptions, forward: ForwardOptions = soon) {
  return await gatewayTo(t, upstream, makeApp(t, { forceCloseConnections: 'idle' }), forward)
}

t.test('the app closes despite an HTTP/2 upstream that is frozen with no request in flight', async (t) => {
  const sockets: Socket[] = []
  const upstream = await rawHttp2Upstream(t, (id, socket) => {
    sockets.push(socket)
    return [frames.headers(id), frames.data(id, 'ok', true)]
  })
  const { app, send } = await closable(t, upstream, {})
  const { status } = await send('/')
  sockets[0]!.pause()

  await app.close()

  t.equal(status, 200)
})

t.test('the app closes despite an HTTP/2 upstream that freezes before its response or while it receives an upload', async (t) => {
  let received = 0
  const upstream = await rawHttp2Upstream(t, (_id, socket) => {
    if (++received === 2) socket.pause()
    return []
  })
  const { app, origin } = await closable(t, upstream)
  const clients = [await openSocket(t, origin), await openSocket(t, origin)]
  clients[0]!.write(get)
  clients[1]!.write('POST / HTTP/1.1\r\nHost: api.test\r\nContent-Length: 10000000\r\n\r\n')
  clients[1]!.write(Buffer.alloc(10_000_000))
  await until(() => received === 2)

  await app.close()

  t.equal(received, 2)
})

t.test('the app closes despite an HTTP/2 upstream that keeps its connection open after GOAWAY', async (t) => {
  const upstream = await rawHttp2Upstream(t, (id) => [frames.headers(id), frames.data(id, 'ok', true), frames.goAway(id, 0)])
  const { app, send } = await closable(t, upstream, {})
  const { status } = await send('/')

  await app.close()

  t.equal(status, 200)
})

for (const http2 of [false, true]) {
  t.test(`the app closes despite an upstream that ${http2 ? 'completes no TLS handshake' : 'does not respond'}, without any timeouts`, async (t) => {
    let received = 0
    const address = await rawUpstream(t, () => { received++ })
    const timeouts = { connect: 0, headers: 0, idle: 0 }
    const { app, origin } = await closable(t, { targets: http2 ? address.replace('http:', 'https:') : address, http2, timeouts })
    const client = await openSocket(t, origin)
    client.write(get)
    await until(() => received === 1)

    await app.close()

    t.equal(received, 1)
  })
}

for (const front of ['h2', 'h2c'] as const) {
  t.test(`the app closes despite a frozen ${front} client, during a response and with nothing in flight`, async (t) => {
    const upstream = await startUpstream(t, 'v1', (_request, response) => response.end(Buffer.alloc(10_000_000)))
    const { app, ca, scheme } = await makeHttp2App(t, front)
    const { origin } = await gatewayTo(t, { targets: upstream }, app, soon)
    const url = new URL(origin.replace('http:', scheme))
    const sockets = [0, 1].map(() => front === 'h2c'
      ? connect(Number(url.port), url.hostname)
      : connectTls({ port: Number(url.port), host: url.hostname, ca, ALPNProtocols: ['h2'] }))
    t.teardown(() => { for (const socket of sockets) socket.destroy() })
    const [busy, idle] = sockets.map((socket) => connectHttp2(url, { createConnection: () => socket }).on('error', () => {}))
    await once(idle!, 'remoteSettings')
    const stream = busy!.request({ ':path': '/' }).on('error', () => {})
    await once(stream, 'response')
    for (const socket of sockets) socket.pause()

    await app.close()

    t.pass()
  })
}

t.test('the app closes despite a client that never completes its TLS handshake or its request', async (t) => {
  const upstream = await startUpstream(t, 'v1')
  const { app } = await makeHttp2App(t, 'h2')
  const tls = await gatewayTo(t, { targets: upstream }, app, soon)
  const plain = await closable(t, { targets: upstream })
  const [silent, half] = [await openSocket(t, tls.origin), await openSocket(t, plain.origin)]
  half.write('GET / HTTP/1.1\r\nHost: api')
  for (const client of [silent, half]) client.on('error', () => {})
  let connections = 0
  while (connections < 1) connections = await new Promise((resolve) => plain.app.server.getConnections((_, count) => resolve(count)))

  await Promise.all([plain.app.close(), tls.app.close()])

  t.equal(connections, 1)
})

t.test('the app closes despite an upgraded connection that is frozen at both ends', async (t) => {
  const upstream = await rawUpstream(t, (socket) => {
    socket.pause().write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')
  })
  const { app, origin } = await closable(t, { targets: upstream })
  const client = await openSocket(t, origin)
  client.write('GET / HTTP/1.1\r\nHost: api.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')
  await once(client, 'data')
  client.pause()

  await app.close()

  t.pass()
})
