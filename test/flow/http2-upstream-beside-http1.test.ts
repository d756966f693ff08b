import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { makeAuthority } from '../helpers/certificates.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { gatewayToHttp2, respondWith, startHttp2Upstream } from '../helpers/http2-upstream.ts'
import { openSocket } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'

t.test('a WebSocket to an HTTP/2 target uses HTTP/1.1', async (t) => {
  const { ca, targets, server } = await startHttp2Upstream(t, respondWith('ok'), { allowHTTP1: true })
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello')
    socket.once('data', (data: Buffer) => socket.end(data))
  })
  const { origin, send } = await gatewayTo(t, { targets, http2: true, tls: { ca } })
  await (await send('/')).text()
  const client = await openSocket(t, origin)

  client.write('GET /socket HTTP/1.1\r\nHost: api.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nbye')
  const response = await text(client)

  t.match(response, /^HTTP\/1\.1 101 Switching Protocols\r\n[^]*\r\n\r\nhellobye$/)
})

t.test('a target that does not offer HTTP/2 is requested over HTTP/1.1, within the connection limit', async (t) => {
  const { ca, server: certificate } = await makeAuthority()
  let [open, most] = [0, 0]
  const server = createServer(await certificate('127.0.0.1'), (request, response) => {
    most = Math.max(most, ++open)
    setImmediate(() => {
      open--
      response.end(`${request.method} ${request.httpVersion}`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const targets = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { send } = await gatewayTo(t, { targets, http2: true, connections: 2, tls: { ca } })
  const first = await (await send('/', { method: 'POST', body: 'x' })).text()

  const responses = await Promise.all(Array.from({ length: 20 }, async () => await (await send('/')).text()))

  t.equal(first, 'POST 1.1')
  t.strictSame(new Set(responses), new Set(['GET 1.1']))
  t.ok(most <= 2, `${most} at once`)
})

t.test('a target with an untrusted certificate never receives a request', async (t) => {
  let received = 0
  const { send } = await gatewayToHttp2(t, () => { received++ }, { tls: {} })

  const response = await send('/', { method: 'POST', body: 'secret' })

  t.equal(response.status, 502)
  t.equal(received, 0)
})

t.test('health checks work with a target that only speaks HTTP/2', async (t) => {
  const { targets } = await gatewayToHttp2(t, respondWith('ok'), { health: { active: { path: '/', intervalMs: 1 } } })

  await until(() => targets()[0]!.active === 'up')

  t.equal(targets()[0]!.healthy, true)
})
