import { once } from 'node:events'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { gatewayToHttp2, respondWith } from '../helpers/http2-upstream.ts'
import { openSocket, sendRaw } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'

t.test('a request arrives unchanged', async (t) => {
  const seen: IncomingHttpHeaders[] = []
  const { origin, target } = await gatewayToHttp2(t, (stream, headers) => {
    seen.push(headers)
    respondWith('ok')(stream, headers)
  })

  const response = await sendRaw(t, origin, [
    'GET /orders/%2F?a=1 HTTP/1.1', 'Host: api.test', 'X-Twice: 1', 'x-twice: 2', 'Cookie: a=1', 'cookie: b=2', 'X-Name: caf\xe9',
    'constructor: 1', 'Authorization: one', 'authorization: two', 'Keep-Alive: timeout=5', 'TE: trailers'
  ])

  t.match(response, /^HTTP\/1\.1 200 OK\r\n[^]*\r\nok\r\n/)
  t.match(seen, [{
    ':method': 'GET',
    ':path': '/orders/%2F?a=1',
    ':scheme': 'https',
    ':authority': new URL(target).host,
    'x-twice': '1, 2',
    cookie: 'a=1; b=2',
    constructor: '1',
    authorization: 'one, two',
    'api-version': 'latest',
    'x-forwarded-host': 'api.test'
  }])
  t.strictSame([seen[0]!.host, seen[0]!.te, seen[0]!['keep-alive']], [undefined, 'trailers', undefined])
})

t.test('the configured host becomes the :authority', async (t) => {
  const { send } = await gatewayToHttp2(t, (stream, headers) => respondWith(headers[':authority']!)(stream, headers), { host: 'orders.internal' })

  const response = await send('/')

  t.equal(await response.text(), 'orders.internal')
})

t.test('a response arrives unchanged: status, repeated headers, cookies and bytes', async (t) => {
  const { origin } = await gatewayToHttp2(t, (stream) => {
    stream.respond({ ':status': 202, 'x-twice': ['1', '2'], 'set-cookie': ['a=1', 'b=2'], 'x-name': 'caf\xe9', 'content-length': 2 })
    stream.end('ok')
  })

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test'])

  t.match(response, /^HTTP\/1\.1 202 Accepted\r\nx-twice: 1\r\nx-twice: 2\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n[^]*content-length: 2\r\n/)
  t.match(response, /\r\n\r\nok$/)
})

t.test('an upload is echoed completely', async (t) => {
  const { send } = await gatewayToHttp2(t, (stream) => {
    stream.respond({ ':status': 200 })
    stream.pipe(stream)
  })
  const body = Buffer.alloc(3_000_000, 'abcdefg')

  const response = await send('/', { method: 'POST', body })

  t.ok(body.equals(Buffer.from(await response.arrayBuffer())))
})

for (const [what, method, status] of [['HEAD', 'HEAD', 200], ['a 204', 'DELETE', 204], ['a 304', 'GET', 304]] as const) {
  t.test(`the response to ${what} has no body`, async (t) => {
    const { origin } = await gatewayToHttp2(t, (stream) => stream.respond({ ':status': status, etag: '"a"' }, { endStream: true }))

    const response = await sendRaw(t, origin, [`${method} / HTTP/1.1`, 'Host: api.test'])

    t.match(response, new RegExp(`^HTTP/1\\.1 ${status} [^]*etag: "a"[^]*\\r\\n\\r\\n$`))
  })
}

t.test('early hints are forwarded before the response', async (t) => {
  const { origin } = await gatewayToHttp2(t, (stream, headers) => {
    stream.additionalHeaders({ ':status': 103, link: '</a.css>; rel=preload' })
    respondWith('ok')(stream, headers)
  })

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test'])

  t.match(response, /^HTTP\/1\.1 103 Early Hints\r\nlink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
})

t.test('trailers reach a client that accepts them, after the complete body', async (t) => {
  const { origin } = await gatewayToHttp2(t, (stream) => {
    stream.respond({ ':status': 200, trailer: 'x-sum' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '42' })).end(Buffer.alloc(1_000_000, 'x'))
  })

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test', 'TE: trailers'])

  t.equal(response.slice(response.indexOf('\r\n\r\n')).match(/x/g)!.length, 1_000_001)
  t.match(response, /\r\n0\r\nx-sum: 42\r\n\r\n$/)
})

t.test('requests share connections, up to the stream limit of the target', async (t) => {
  const held: ServerHttp2Stream[] = []
  const { send, sessions, targets } = await gatewayToHttp2(t, (stream) => { held.push(stream) }, { connections: 1 })

  const responses = Array.from({ length: 20 }, async () => await (await send('/')).text())
  await until(() => held.length === 20)
  const { pending } = targets()[0]!
  for (const stream of held) respondWith('ok')(stream, {})

  t.strictSame(new Set(await Promise.all(responses)), new Set(['ok']))
  t.equal(pending, 20)
  t.equal(sessions.length, 1)
})

t.test('a client that does not read its response does not block others on the same connection', async (t) => {
  const { origin, send, sessions } = await gatewayToHttp2(t, (stream, headers) => {
    if (headers[':path'] !== '/large') return respondWith('ok')(stream, headers)
    stream.respond({ ':status': 200 })
    Readable.from(Array.from({ length: 320 }, () => Buffer.alloc(65_536))).pipe(stream)
  })
  const slow = await openSocket(t, origin)
  slow.pause().write('GET /large HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n')
  await until(() => sessions.length === 1)

  const bodies = []
  for (let i = 0; i < 5; i++) bodies.push(await (await send('/')).text())
  const large = await buffer(slow)

  t.strictSame(bodies, ['ok', 'ok', 'ok', 'ok', 'ok'])
  t.ok(large.length > 20_000_000)
  t.equal(sessions.length, 1)
})

t.test('a response that precedes the end of the upload is forwarded, and the upload stops', async (t) => {
  const streams: ServerHttp2Stream[] = []
  const { send } = await gatewayToHttp2(t, (stream) => {
    streams.push(stream)
    stream.respond({ ':status': 413 })
    stream.end('too large')
  })

  const response = await send('/', { method: 'POST', body: Buffer.alloc(10_000_000) })

  t.equal(response.status, 413)
  t.equal(await response.text(), 'too large')
  if (!streams[0]!.closed) await once(streams[0]!, 'close')
  t.ok(streams[0]!.closed)
})
