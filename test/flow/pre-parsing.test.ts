import { once } from 'node:events'
import { METHODS, type IncomingMessage, request as httpRequest } from 'node:http'
import { connect } from 'node:http2'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createGunzip, gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import type { UpstreamOptions } from '../../types/index.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeApp } from '../helpers/gateway.ts'
import { fetchOver, makeHttp2App } from '../helpers/http2.ts'
import { gatewayToHttp2 } from '../helpers/http2-upstream.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

/** Decompresses bodies as @fastify/compress does. */
function decompressing (app: FastifyInstance): FastifyInstance {
  app.addHook('preParsing', (request, _reply, payload, done) => {
    if (request.headers['content-encoding'] !== 'gzip') return done(null, payload)
    delete request.headers['content-encoding']
    delete request.headers['content-length']
    done(null, payload.pipe(createGunzip()))
  })
  return app
}

/** Starts a gateway behind that hook. Its upstream returns what it received. */
async function start (t: Test, options: Partial<UpstreamOptions> = {}, app = makeApp(t)) {
  return await gatewayTo(t, { targets: await startUpstream(t, 'v1'), ...options }, decompressing(app))
}

const small = 'hello'
const large = 'hello '.repeat(200_000)
const gzip = { 'content-encoding': 'gzip' }

for (const [size, body] of [['small', small], ['large', large]] as const) {
  for (const [framing, send] of [['a length', gzipSync], ['chunks', (content: string) => Readable.toWeb(Readable.from([gzipSync(content)]))]] as const) {
    t.test(`a ${size} body with ${framing} is forwarded as a hook decompressed it`, async (t) => {
      const { send: fetchFrom } = await start(t)

      const response = await fetchFrom('/', { method: 'POST', headers: gzip, body: send(body), duplex: 'half' } as RequestInit)
      const seen = await response.json() as Seen

      t.ok(seen.body === body)
      t.match(seen.headers, { 'content-encoding': undefined, 'content-length': undefined, 'transfer-encoding': 'chunked' })
    })
  }
}

t.test('a body that the hook does not change is forwarded unchanged', async (t) => {
  const { send } = await start(t)

  const seen = await (await send('/', { method: 'POST', body: small })).json() as Seen

  t.match(seen, { body: small, headers: { 'content-length': '5', 'transfer-encoding': undefined } })
})

for (const method of ['GET', 'DELETE', 'QUERY', 'OPTIONS'].filter((name) => METHODS.includes(name))) {
  t.test(`the body of a ${method} is forwarded as the hook decompressed it`, async (t) => {
    const { origin } = await start(t)
    const sent = httpRequest(origin, { method, headers: { ...gzip, 'content-type': 'text/plain', 'content-length': gzipSync(small).length } })

    sent.end(gzipSync(small))
    const [response] = await once(sent, 'response') as [IncomingMessage]

    t.match(JSON.parse(await text(response)), { method, body: small })
  })
}

for (const [what, leave] of [
  ['a stream that decompresses', (payload: Readable) => payload.pipe(createGunzip())],
  ['a stream that counts what it decodes', (payload: Readable) => Object.assign(payload.pipe(new PassThrough()), { receivedEncodedLength: 0 })]
] as const) {
  t.test(`if a hook returns ${what} and keeps all headers, Content-Encoding is removed`, async (t) => {
    const app = makeApp(t)
    app.addHook('preParsing', (_request, _reply, payload, done) => done(null, leave(payload)))
    const { send } = await gatewayTo(t, { targets: await startUpstream(t, 'v1') }, app)

    const { headers } = await (await send('/', { method: 'POST', headers: gzip, body: gzipSync(small) })).json() as Seen

    t.match(headers, { 'content-encoding': undefined, 'content-length': undefined, 'transfer-encoding': 'chunked' })
  })
}

t.test('if a hook only observes a body, Content-Encoding is kept', async (t) => {
  const app = makeApp(t)
  app.addHook('preParsing', (_request, _reply, payload, done) => done(null, payload.pipe(new PassThrough())))
  const { send } = await gatewayTo(t, { targets: await startUpstream(t, 'v1') }, app)

  const { headers } = await (await send('/', { method: 'POST', headers: gzip, body: gzipSync(small) })).json() as Seen

  t.equal(headers['content-encoding'], 'gzip')
})

t.test('a Content-Length that the hook sets is forwarded, and an outdated one is not', async (t) => {
  const app = makeApp(t)
  app.addHook('preParsing', async (request, _reply, payload) => {
    if (request.url === '/sets') request.headers['content-length'] = '4'
    return request.url === '/sets' ? Readable.from([Buffer.from('four')]) : payload.pipe(new PassThrough())
  })
  const { send } = await gatewayTo(t, { targets: await startUpstream(t, 'v1') }, app)

  const [sets, left] = await Promise.all(['/sets', '/left'].map(async (path) => await (await send(path, { method: 'POST', body: small })).json() as Seen))

  t.match(sets, { body: 'four', headers: { 'content-length': '4' } })
  t.match(left, { body: small, headers: { 'content-length': undefined, 'transfer-encoding': 'chunked' } })
})

t.test('a body that cannot be decompressed gets a 400 and does not count against the target', async (t) => {
  const { send, targets } = await start(t, { health: { passive: { failures: 1 } } })

  const response = await send('/', { method: 'POST', headers: gzip, body: 'no gzip' })

  t.equal(response.status, 400)
  t.match(await response.json(), { code: 'REQUEST_MALFORMED' })
  t.match(targets(), [{ healthy: true, failures: 0 }])
})

t.test('a body that fails while another hook runs gets a 400 and does not crash the process', async (t) => {
  const app = makeApp(t)
  app.addHook('preHandler', async ({ body }) => { await once(body as Readable, 'error').catch(() => {}) })
  const { send } = await start(t, {}, app)

  const response = await send('/', { method: 'POST', headers: { ...gzip, 'content-type': 'text/plain' }, body: 'no gzip' })

  t.equal(response.status, 400)
})

t.test('a hook that always replaces the stream does not add a body to a request without one', async (t) => {
  const app = makeApp(t)
  app.addHook('preParsing', (_request, _reply, payload, done) => done(null, payload.pipe(new PassThrough())))
  const { send } = await gatewayTo(t, { targets: await startUpstream(t, 'v1') }, app)

  const seen = await Promise.all(['GET', 'DELETE', 'POST'].map(async (method) => await (await send('/', { method })).json() as Seen))

  t.strictSame(seen.map(({ body, headers }) => [body, headers['transfer-encoding']]), Array(3).fill(['', undefined]))
})

t.test('maxRequestBytes applies to the body that the hook returns', async (t) => {
  const { send } = await start(t, { maxRequestBytes: 100_000 })

  const response = await send('/', { method: 'POST', headers: gzip, body: gzipSync(large) })

  t.equal(response.status, 413)
})

t.test('an upload that the upstream does not read leaves the connection usable', async (t) => {
  const targets = await startUpstream(t, 'v1', (_request, response) => { response.writeHead(413).end('no') })
  const { send } = await gatewayTo(t, { targets }, decompressing(makeApp(t)))

  const statuses: number[] = []
  for (let i = 0; i < 3; i++) statuses.push((await send('/', { method: 'POST', headers: gzip, body: gzipSync(large) })).status)

  t.strictSame(statuses, [413, 413, 413])
})

t.test('an HTTP/1.0 body is forwarded as the hook returned it', async (t) => {
  const { origin } = await start(t)
  // Latin-1 in a text: each byte of it is the code of a character.
  const lines = ['POST / HTTP/1.0', 'Host: a', 'Content-Length: 2', 'X-Own: 1']

  t.match(bodyOf<Seen>(await sendRaw(t, origin, lines, 'ok')), { body: 'ok', headers: { 'x-own': '1' } })
})

t.test('an HTTP/2 body is forwarded as the hook returned it', async (t) => {
  const { app } = await makeHttp2App(t)
  const { origin } = await start(t, {}, app)
  const session = connect(origin)
  t.teardown(() => session.destroy())

  const stream = session.request({ ':path': '/', ':method': 'POST', ...gzip })
  stream.end(gzipSync(large))

  t.ok((JSON.parse(await text(stream)) as Seen).body === large)
  t.match(JSON.parse((await fetchOver(session, '/', { ':method': 'POST' }, small)).body), { body: small })
})

t.test('a body is forwarded to an HTTP/2 upstream as the hook returned it', async (t) => {
  const { send } = await gatewayToHttp2(t, async (stream, headers) => {
    const body = await text(stream)
    stream.respond({ ':status': 200 })
    stream.end(JSON.stringify([body.length, headers['content-length'], headers['content-encoding']]))
  }, {}, decompressing(makeApp(t)))

  const response = await send('/', { method: 'POST', headers: gzip, body: gzipSync(large) })

  t.strictSame(await response.json(), [large.length, null, null])
})
