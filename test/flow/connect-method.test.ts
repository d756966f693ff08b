import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { connect } from 'node:http2'
import { once } from 'node:events'
import { buffer, text } from 'node:stream/consumers'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { makeApp } from '../helpers/gateway.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { bodyOf, openSocket, sendRaw } from '../helpers/raw.ts'
import { recordingGateway } from '../helpers/recording-gateway.ts'
import { config, run } from '../helpers/standalone.ts'
import { startUpstream } from '../helpers/upstream.ts'

const code = 'REQUEST_METHOD_NOT_ALLOWED'
const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: api.test\r\n\r\n'

for (const prefix of ['', '/api']) {
  for (const target of ['inside.test:443', '127.0.0.1:80', '/orders']) {
    t.test(`CONNECT ${target} gets 405 with the prefix '${prefix}', and pipelined bytes are not served`, async (t) => {
      const { origin, whole } = await recordingGateway(t, { prefix })

      const response = await sendRaw(t, origin, [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`], smuggled)
      await sendRaw(t, origin, [`GET ${prefix}/after HTTP/1.1`, 'Host: api.test'])

      t.match(response, /^HTTP\/1\.1 405 Method Not Allowed\r\ncontent-type: application\/problem\+json\r\n/)
      t.match(response, /^allow: .*GET/m)
      t.match(bodyOf(response), { code, status: 405, requestId: String })
      t.strictSame(whole, ['GET /after'])
    })
  }
}

t.test('a refused CONNECT request is logged', async (t) => {
  const lines: string[] = []
  const app = Fastify({ logger: { stream: { write: (line: string) => { lines.push(line) } } } }) as unknown as FastifyInstance
  t.teardown(() => app.close())
  const { origin } = await recordingGateway(t, {}, app)

  const response = await sendRaw(t, origin, ['CONNECT inside.test:443 HTTP/1.1', 'Host: inside.test:443'])

  const { requestId } = bodyOf<{ requestId: string }>(response)
  t.match(lines.filter((line) => line.includes(code)).map((line) => JSON.parse(line)), [{ msg: 'request refused', level: 30, reqId: requestId }])
})

t.test('the response to a pipelined CONNECT is sent after the response to the previous request', async (t) => {
  const { origin } = await recordingGateway(t)
  const socket = await openSocket(t, origin)

  socket.write('GET /first HTTP/1.1\r\nHost: api.test\r\n\r\nCONNECT inside.test:443 HTTP/1.1\r\nHost: inside.test:443\r\n\r\n')

  t.match(await text(socket), /^HTTP\/1\.1 200 [^]*servedHTTP\/1\.1 405 /)
})

t.test('a client can reset its connection while a CONNECT is pending without causing an error', async (t) => {
  let hold: (held: ServerResponse) => void
  const requested = new Promise<ServerResponse>((resolve) => { hold = resolve })
  const { origin, send } = await gatewayTo(t, {
    targets: await startUpstream(t, 'v1', ({ url }, response) => { if (url === '/held') hold(response); else response.end('ok') })
  })
  const socket = await openSocket(t, origin)
  socket.write('GET /held HTTP/1.1\r\nHost: api.test\r\n\r\nCONNECT inside.test:443 HTTP/1.1\r\nHost: inside.test:443\r\n\r\n')

  const held = await requested
  socket.resetAndDestroy()
  await once(held, 'close')

  t.equal(await (await send('/')).text(), 'ok')
})

t.test('a slow reader receives a large response completely although a CONNECT follows', async (t) => {
  const length = 16 * 1024 * 1024
  const { origin } = await gatewayTo(t, { targets: await startUpstream(t, 'v1', (_request, response) => { response.end(Buffer.alloc(length)) }) })
  const socket = await openSocket(t, origin)
  socket.write('GET / HTTP/1.1\r\nHost: api.test\r\n\r\nCONNECT inside.test:443 HTTP/1.1\r\nHost: inside.test:443\r\n\r\n')

  await once(socket, 'readable')
  const received = await buffer(socket)

  t.ok(received.length > length)
  t.match(received.subarray(length).toString('latin1'), 'HTTP/1.1 405 ')
})

t.test('CONNECT over HTTP/2 gets 405, too', async (t) => {
  const app = Fastify({ http2: true }) as unknown as FastifyInstance
  t.teardown(() => app.close())
  const { origin, begun } = await recordingGateway(t, {}, app)
  const session = connect(origin)
  t.teardown(() => session.destroy())

  const stream = session.request({ ':method': 'CONNECT', ':authority': 'inside.test:443' })
  const [headers] = await once(stream, 'response')

  t.match(headers, { ':status': 405, 'content-type': 'application/problem+json', allow: /GET/ })
  t.match(JSON.parse(await text(stream)), { code })
  t.strictSame(begun, [])
})

for (const when of ['before', 'after'] as const) {
  t.test(`the app's own CONNECT listener handles the request if it is added ${when} the gateway`, async (t) => {
    const app = makeApp(t)
    const tunnel = (_request: IncomingMessage, socket: Duplex): void => { socket.end('HTTP/1.1 200 Tunnel\r\n\r\n') }
    if (when === 'before') app.server.on('connect', tunnel)
    const { origin } = await recordingGateway(t, {}, app)
    if (when === 'after') app.server.on('connect', tunnel)

    const response = await sendRaw(t, origin, ['CONNECT inside.test:443 HTTP/1.1', 'Host: inside.test:443'])

    t.equal(response, 'HTTP/1.1 200 Tunnel\r\n\r\n')
  })
}

t.test('the standalone gateway refuses CONNECT requests', async (t) => {
  const { origin } = await run(t, config(await startUpstream(t, 'one')))

  const response = await sendRaw(t, origin, ['CONNECT inside.test:443 HTTP/1.1', 'Host: inside.test:443'])

  t.match(bodyOf(response), { code, status: 405 })
})
