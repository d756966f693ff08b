import type { RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { inCompatibility } from '../helpers/compatibility.ts'
import { readResponse, makeHttp2App, startHttp2Gateway } from '../helpers/http2.ts'
import { upstreamSending } from '../helpers/raw-upstream.ts'
import { startUpstream } from '../helpers/upstream.ts'

async function gatewayTo (t: Test, listener: RequestListener) {
  const upstream = await startUpstream(t, 'latest', listener)
  return await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} })
}

/** Starts a gateway to an upstream that responds with these header lines and the body `ok`. */
async function gatewayToLines (t: Test, ...lines: string[]) {
  const upstream = await upstreamSending(t, [...lines, 'Content-Length: 2', '', 'ok'].join('\r\n'))
  return await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} })
}

t.test('status, repeated fields and body pass through; repeated fields stay separate and in order', async (t) => {
  const { send } = await gatewayToLines(t, 'HTTP/1.1 202 Will Do',
    'Set-Cookie: a=1', 'X-Twice: 1', 'Set-Cookie: b=2', 'X-Twice: 2', 'Link: </a>', 'Link: </b>')

  const { status, values, body } = await send('/')

  t.equal(status, 202)
  t.strictSame(values('set-cookie'), ['a=1', 'b=2'])
  t.strictSame(values('x-twice'), ['1', '2'])
  t.strictSame(values('link'), ['</a>', '</b>'])
  t.equal(body, 'ok')
})

t.test('repeated fields that Node sends only once are merged into an equivalent field', async (t) => {
  const { send } = await gatewayToLines(t, 'HTTP/1.1 200 OK',
    'X-Content-Type-Options: nosniff', 'X-Content-Type-Options: nosniff', 'Content-Language: de', 'Content-Language: en',
    'Set-Cookie: a=1', 'Set-Cookie: b=2')

  const { status, values, body } = await send('/')

  t.equal(status, 200)
  t.strictSame(values('x-content-type-options'), ['nosniff, nosniff'])
  t.strictSame(values('content-language'), ['de, en'])
  t.strictSame(values('set-cookie'), ['a=1', 'b=2'])
  t.equal(body, 'ok')
})

t.test('an invalid field value results in a 502 without any part of the upstream response', async (t) => {
  const { send } = await gatewayToLines(t, 'HTTP/1.1 200 OK', 'Set-Cookie: a=1', 'X-Odd: a\x01b')

  const { status, headers } = await send('/')

  t.equal(status, 502)
  t.equal(headers['content-type'], 'application/problem+json')
  t.notOk(headers['set-cookie'])
})

t.test('non-ASCII values and surrounding whitespace are passed through', async (t) => {
  const { send } = await gatewayToLines(t, 'HTTP/1.1 200 OK', 'X-Name: caf\xe9', 'X-Spaces: \t a \t ', 'X-Empty:')

  const { status, headers } = await send('/')

  t.equal(status, 200)
  t.equal(headers['x-name'], 'caf\xe9')
  t.equal(headers['x-spaces'], 'a')
  t.equal(headers['x-empty'], '')
})

t.test('a folded field results in a 502 or in one unfolded value', async (t) => {
  const { send } = await gatewayToLines(t, 'HTTP/1.1 200 OK', 'X-Folded: a', ' b')

  const { status, headers } = await send('/')

  t.ok(status === 502 || headers['x-folded'] === 'a b', `${status} ${headers['x-folded']}`)
})

const ofConnections = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te', 'http2-settings']

t.test('connection-specific headers are removed, whether set by the upstream or a hook', async (t) => {
  const upstream = await upstreamSending(t, [
    'HTTP/1.1 200 OK', 'Connection: keep-alive, x-inside', 'X-Inside: 1', 'Keep-Alive: timeout=9', 'Proxy-Connection: keep-alive',
    'Upgrade: h2c', 'TE: gzip', 'HTTP2-Settings: a', 'Transfer-Encoding: chunked', '', '2', 'ok', '0', '', ''
  ].join('\r\n'))
  const front = await makeHttp2App(t)
  front.app.addHook('onRequest', async (_request, reply) => {
    for (const name of ofConnections) reply.header(name, 'close')
    reply.raw.setHeader('keep-alive', 'timeout=9')
  })
  const { send } = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} }, front)

  const { status, headers, body } = await send('/')

  t.equal(status, 200)
  t.strictSame(Object.keys(headers).filter((name) => name === 'x-inside' || ofConnections.includes(name)), [])
  t.equal(body, 'ok')
})

t.test('headers set by the app\'s hooks are kept next to those of the upstream', async (t) => {
  const upstream = await upstreamSending(t, 'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nVary: Accept\r\nContent-Length: 0\r\n\r\n')
  const front = await makeHttp2App(t)
  front.app.addHook('onRequest', async (_request, reply) => {
    reply.raw.setHeader('x-frame-options', 'deny')
    reply.header('set-cookie', ['c=3', 'd=4'])
  })
  const { send } = await startHttp2Gateway(t, { versions: { latest: { upstream } } }, front)

  const { headers, values } = await send('/')

  t.equal(headers['x-frame-options'], 'deny')
  t.strictSame(values('set-cookie'), ['a=1', 'b=2', 'c=3', 'd=4'])
  t.equal(headers.vary, 'Accept, x-version-override')
})

t.test('a response to HEAD has the length but no body; 204, 205 and 304 have no body', async (t) => {
  const { send } = await gatewayTo(t, (request, response) => {
    const status = Number(request.url!.slice(1))
    response.writeHead(status, status === 200 ? { 'content-length': 5 } : { etag: '"a"' }).end()
  })

  const head = await send('/200', { ':method': 'HEAD' })
  const empty = await Promise.all([204, 205, 304].map(async (status) => await send(`/${status}`)))

  t.match(head, { status: 200, headers: { 'content-length': '5' }, body: '' })
  t.match(empty, [204, 205, 304].map((status) => ({ status, headers: { etag: '"a"' }, body: '' })))
})

for (const status of [204, 205, 304]) {
  t.test(`a ${status} with a Content-Length arrives without a body, and the session stays usable`, async (t) => {
    const { send } = await gatewayToLines(t, `HTTP/1.1 ${status} X`, 'ETag: "a"')

    const first = await send('/')
    const second = await send('/')

    t.match([first, second], [{ status, headers: { etag: '"a"' }, body: '' }, { status }])
  })
}

t.test('early hints arrive before the response, with separate links', async (t) => {
  const links = ['</a.css>; rel=preload; as=style', '</b.js>; rel=preload; as=script; title="b, or not; b"']
  const { session } = await gatewayToLines(t,
    'HTTP/1.1 103 Early Hints', ...links.map((link) => `Link: ${link}`), 'Connection: x-hop', 'X-Hop: 1', '', 'HTTP/1.1 200 OK')
  const stream = session.request()
  const hints: object[] = []
  const raw: string[][] = []

  stream.on('headers', (headers: object, _flags: number, rawHeaders: string[]) => { hints.push(headers); raw.push(rawHeaders) })
  const { status, body } = await readResponse(stream)

  t.match(hints, [{ ':status': 103, connection: undefined, 'x-hop': undefined }])
  t.strictSame(raw, [[':status', '103', ...links.flatMap((link) => ['link', link])]])
  t.equal(status, 200)
  t.equal(body, 'ok')
})

t.test('an interim response that is not valid in HTTP/2 is dropped', async (t) => {
  const { session } = await gatewayToLines(t, 'HTTP/1.1 103 Early Hints', 'Content-Type: a/b', 'Content-Type: c/d', '', 'HTTP/1.1 200 OK')
  const stream = session.request()
  let interim = 0

  stream.on('headers', () => { interim++ })
  const { status, body } = await readResponse(stream)

  t.strictSame({ interim, status, body }, { interim: 0, status: 200, body: 'ok' })
})

t.test('announced trailers arrive separately after the body if the client accepts trailers', async (t) => {
  const upstream = await upstreamSending(t, [
    'HTTP/1.1 200 OK', 'Trailer: X-Sum, X-Twice', 'Transfer-Encoding: chunked', '', '2', 'ok', '0',
    'X-Sum: 7 ', 'X-Twice: 1', 'X-Twice: 2', 'Set-Cookie: a=1', '', ''
  ].join('\r\n'))
  const { session, send } = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} })
  const stream = session.request({ te: 'trailers' })
  const raw: string[][] = []

  stream.on('trailers', (_headers: object, _flags: number, rawHeaders: string[]) => { raw.push(rawHeaders) })
  const { headers, body } = await readResponse(stream)
  const without = await send('/')

  t.equal(headers.trailer, 'X-Sum, X-Twice')
  t.equal(body, 'ok')
  // With `compatibility`, repeated trailers are joined.
  const twice = inCompatibility ? ['x-twice', '1, 2'] : ['x-twice', '1', 'x-twice', '2']
  t.strictSame(raw, [['x-sum', '7', ...twice]])
  t.match(without, { status: 200, headers: { trailer: undefined }, body: 'ok' })
})
