import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request, type RequestOptions } from 'node:https'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { startHttp2Gateway } from '../helpers/http2.ts'
import { upstreamSending, rawUpstream } from '../helpers/raw-upstream.ts'
import type { Seen } from '../helpers/upstream.ts'

/** Starts an HTTP/2 gateway. Also returns a function that sends an HTTP/1.1 request to the same port. */
async function startGateway (t: Test, overrides = {}) {
  const { origin, ca, bearer, send } = await startHttp2Gateway(t, overrides, 'h2')
  return {
    bearer,
    sendHttp2: send,
    async send (path: string, options: RequestOptions = {}, body?: string) {
      const sent = request(origin + path, { ca, agent: false, ...options }).end(body)
      const hints: unknown[] = []
      sent.on('information', ({ statusCode, headers }) => { hints.push({ statusCode, headers }) })
      const [response] = await once(sent, 'response') as [IncomingMessage]
      return { response, hints, body: await text(response) }
    }
  }
}

t.test('an HTTP/1.1 client is served on the same port by the same rules', async (t) => {
  const { send, sendHttp2, bearer } = await startGateway(t)

  const { response, body } = await send('/orders', { method: 'POST', headers: { ...bearer('v2'), x_target_version: 'latest' } }, 'hello')
  const { headers } = await sendHttp2('/orders', bearer('v2'))

  t.equal(response.httpVersion, '1.1')
  t.equal(response.headers['api-version'], headers['api-version'])
  t.match(JSON.parse(body) as Seen, {
    servedBy: 'v2',
    body: 'hello',
    headers: { 'x-target-version': 'v2', x_target_version: undefined, 'x-forwarded-proto': 'https', via: '1.1 version-gateway' }
  })
})

t.test('an HTTP/1.1 client gets the reason phrase and repeated fields, as on a plain HTTP/1.1 port', async (t) => {
  const upstream = await upstreamSending(t, 'HTTP/1.1 202 Will Do\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok')
  const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const { response, body } = await send('/')

  t.match(response, { statusCode: 202, statusMessage: 'Will Do' })
  t.strictSame(response.headers['set-cookie'], ['a=1', 'b=2'])
  t.equal(body, 'ok')
})

t.test('an HTTP/1.1 client gets early hints byte for byte', async (t) => {
  const upstream = await upstreamSending(t, [
    'HTTP/1.1 103 Early Hints', 'Link: </a.css>; rel=preload, </b.js>; rel=preload; title="b; b"', 'Link: </c,d.js>; rel="preload"', '',
    'HTTP/1.1 200 OK', 'Content-Length: 2', '', 'ok'
  ].join('\r\n'))
  const { send } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })

  const { hints, body } = await send('/')

  t.strictSame(hints, [{ statusCode: 103, headers: { link: '</a.css>; rel=preload, </b.js>; rel=preload; title="b; b", </c,d.js>; rel="preload"' } }])
  t.equal(body, 'ok')
})

t.test('an HTTP/1.1 client gets refusals as on a plain HTTP/1.1 port', async (t) => {
  const { send } = await startGateway(t)

  const { response, body } = await send('/', { headers: { 'x-version-override': 'v9' } })

  t.equal(response.statusCode, 400)
  t.match(JSON.parse(body), { code: 'VERSION_UNKNOWN' })
})

t.test('an HTTP/1.1 client can upgrade its connection', async (t) => {
  const upstream = await rawUpstream(t, (socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    socket.pipe(socket)
  })
  const versions = { latest: { upstream: { targets: upstream, upgrades: { protocols: ['echo'] } } } }
  const { origin, ca } = await startHttp2Gateway(t, { versions, resolve: {} }, 'h2')
  const sent = request(origin, { ca, agent: false, headers: { connection: 'Upgrade', upgrade: 'echo' } }).end()

  const [response, socket] = await once(sent, 'upgrade') as [IncomingMessage, Socket]
  t.teardown(() => socket.destroy())
  socket.write('hello')
  const [echoed] = await once(socket, 'data')

  t.match(response.headers, { upgrade: 'echo', 'api-version': 'latest' })
  t.equal(String(echoed), 'hello')
})

// Node 20 leaves HTTP/1.1 headers beyond its limit out of `headers` here as well; later ones refuse the request themselves.
t.test('an HTTP/1.1 request is refused if it has so many headers that Node may have dropped some', async (t) => {
  const { send } = await startGateway(t)
  const headers = Array.from({ length: 1000 }, (_, index) => [`a${index}`, '1']).flat()

  const { response } = await send('/', { headers: ['host', 'api.test', ...headers, 'authorization', 'Bearer a.b.c'] })

  t.equal(response.statusCode, 431)
})
