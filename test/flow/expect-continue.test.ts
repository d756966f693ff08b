import { EventEmitter, once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { listen, makeApp, startGateway } from '../helpers/gateway.ts'
import { startHttp2Gateway } from '../helpers/http2.ts'
import { bodyOf, openSocket, sendRaw } from '../helpers/raw.ts'
import { readResponse, readHead } from '../helpers/upgrades.ts'
import { deadOrigin, type Seen, startUpstream } from '../helpers/upstream.ts'

const interim = 'HTTP/1.1 100 Continue\r\n\r\n'

/** Sends the head of a request without its body. */
async function expectContinue (t: Test, origin: string, path: string, ...more: string[]): Promise<Socket> {
  const socket = await openSocket(t, origin)
  const lines = [`POST ${path} HTTP/1.1`, 'Host: api.test', 'Expect: 100-continue', 'Content-Type: application/json', ...more]
  socket.write([...lines, ...more.some((line) => line.startsWith('Transfer-Encoding')) ? [] : ['Content-Length: 7'], '', ''].join('\r\n'))
  return socket
}

for (const [what, headers, body] of [['a length', [], '{"a":1}'], ['chunks', ['Transfer-Encoding: chunked'], '7\r\n{"a":1}\r\n0\r\n\r\n']] as const) {
  t.test(`a client that expects 100-continue with ${what} gets it, and the connection stays usable`, async (t) => {
    const { origin } = await startGateway(t)
    const socket = await expectContinue(t, origin, '/first', ...headers)

    const interimHead = await readHead(socket)
    socket.write(body)
    const first = await readResponse(socket)
    socket.write('GET /second HTTP/1.1\r\nHost: api.test\r\n\r\n')
    const second = await readResponse(socket)

    t.equal(interimHead, interim)
    t.match(bodyOf<Seen>(first.body), { path: '/first', body: '{"a":1}', headers: { expect: undefined } })
    t.match(bodyOf<Seen>(second.body), { path: '/second' })
  })
}

for (const [what, header, status] of [
  ['a bad token', 'Authorization: Bearer a.b.c', 401],
  ['an unknown version', 'X-Version-Override: v9', 400]
] as const) {
  t.test(`a client with ${what} gets no 100 Continue`, async (t) => {
    const { origin } = await startGateway(t)

    const response = await text(await expectContinue(t, origin, '/', header))

    t.match(response, new RegExp(`^HTTP/1\\.1 ${status} [^]*^connection: close\\r$`, 'im'))
  })
}

t.test('a client whose upstream is down gets no 100 Continue', async (t) => {
  const { origin } = await gatewayTo(t, { targets: await deadOrigin() })

  const response = await text(await expectContinue(t, origin, '/'))

  t.match(response, /^HTTP\/1\.1 502 [^]*^connection: close\r$/im)
})

t.test('a client gets 100 Continue only when an upstream connection is available', async (t) => {
  const interimHead = new EventEmitter()
  const targets = await startUpstream(t, 'v1', (request, response) => {
    if (request.url === '/holds') interimHead.emit('holds', response)
    else request.resume().on('end', () => response.end('ok'))
  })
  const other = await startUpstream(t, 'other')
  const versions = { latest: { upstream: { targets, connections: 1 } }, v2: { upstream: other } }
  const { app, origin, send } = await startGateway(t, { versions })
  const held = once(interimHead, 'holds') as Promise<[ServerResponse]>
  const holding = send('/holds')
  const [response] = await held
  let isAsked = false

  const arrived = once(app.server, 'request')
  const socket = await expectContinue(t, origin, '/waits')
  const head = readHead(socket).finally(() => { isAsked = true })
  await arrived
  await send('/', { headers: { 'x-version-override': 'v2' } })
  const wasAsked = isAsked
  response.end('released')
  await holding

  t.notOk(wasAsked)
  t.equal(await head, interim)
})

t.test('an HTTP/1.0 client never gets 100 Continue', async (t) => {
  const { origin } = await startGateway(t)

  const response = await sendRaw(t, origin, ['POST / HTTP/1.0', 'Expect: 100-continue', 'Content-Length: 5'], 'hello')

  t.match(response, /^HTTP\/1\.1 200 [^]*"body":"hello"/)
})

t.test('an HTTP/2 client gets 100 Continue, too', async (t) => {
  const { session } = await startHttp2Gateway(t)
  const stream = session.request({ ':method': 'POST', ':path': '/orders', expect: '100-continue' })

  await once(stream, 'continue')
  stream.end('hello')

  t.match(bodyOf<Seen>(await text(stream)), { path: '/orders', body: 'hello' })
})

t.test('a route of the app next to a gateway at the root receives its body', async (t) => {
  const app = makeApp(t)
  app.post('/parsed', async ({ body }) => body)
  app.post('/unread', { onRequest: async (_request, reply) => await reply.code(403).send('no') }, async () => 'never')
  const { origin } = await startGateway(t, {}, app)
  const socket = await expectContinue(t, origin, '/parsed')

  const interimHead = await readHead(socket)
  socket.write('{"a":1}')
  const parsed = await readResponse(socket)
  const unread = await text(await expectContinue(t, origin, '/unread'))

  t.equal(interimHead, interim)
  t.equal(parsed.body, '{"a":1}')
  t.match(unread, /^HTTP\/1\.1 403 [^]*^connection: close\r$/im)
})

/** Makes an app with a route next to the gateway. */
async function appBeside (t: Test) {
  const app = makeApp(t)
  app.post('/mine', async ({ body }) => body)
  await app.register(versionGateway, { prefix: '/api', versions: { latest: { upstream: await startUpstream(t, 'latest') } } })
  return app
}

t.test('outside the gateway, a client gets 100 Continue immediately, as in plain Node', async (t) => {
  const app = await appBeside(t)
  const socket = await expectContinue(t, await listen(app), '/mine')

  const interimHead = await readHead(socket)
  socket.write('{"a":1}')

  t.equal(interimHead, interim)
  t.equal((await readResponse(socket)).body, '{"a":1}')
})

for (const when of ['before', 'once'] as const) {
  t.test(`an app's own checkContinue listener, added ${when} it listens, applies only outside the gateway`, async (t) => {
    const app = await appBeside(t)
    const refuse = (_request: IncomingMessage, response: ServerResponse): void => {
      if (!response.headersSent) response.writeHead(413, { 'content-length': 0 }).end()
    }
    if (when === 'before') app.server.on('checkContinue', refuse)
    const origin = await listen(app)
    if (when === 'once') app.server.on('checkContinue', refuse)

    const mine = await readHead(await expectContinue(t, origin, '/mine'))

    t.match(mine, /^HTTP\/1\.1 413 /)
    if (when === 'before') t.equal(await readHead(await expectContinue(t, origin, '/api')), interim)
  })
}
