import { once } from 'node:events'
import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createGzip, gunzipSync } from 'node:zlib'
import cookie from '@fastify/cookie'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { fetchOver, makeHttp2App, startHttp2Gateway } from '../helpers/http2.ts'
import { upstreamSending } from '../helpers/raw-upstream.ts'
import { sendRaw } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Starts a gateway that sends responses through Fastify. */
async function startWith (
  t: Test, upstream: string, prepare: (app: FastifyInstance) => unknown = () => {}, onLine: (line: string) => void = () => {}
): Promise<string> {
  const app = makeApp(t, { logger: { level: 'error', stream: { write: onLine } } })
  await prepare(app)
  await app.register(versionGateway, { versions: { latest: { upstream } }, forward: { reply: 'fastify' } })
  return await listen(app)
}

/** Compresses streams, as @fastify/compress does. */
function compress (app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    if (typeof payload !== 'object' || payload === null || !('pipe' in payload)) return payload
    reply.removeHeader('content-length').header('content-encoding', 'gzip')
    return (payload as Readable).pipe(createGzip())
  })
}

async function get (origin: string, method = 'GET'): Promise<{ response: IncomingMessage, body: Buffer }> {
  const [response] = await once(request(origin, { method }).end(), 'response') as [IncomingMessage]
  return { response, body: await buffer(response) }
}

t.test('onSend hooks can change the headers and the body', async (t) => {
  const text = 'hello '.repeat(200_000)
  const upstream = await startUpstream(t, 'v1', (_request, response) => {
    response.setHeader('content-length', text.length)
    response.end(text)
  })
  const { response, body } = await get(await startWith(t, upstream, compress))

  t.match(response.headers, { 'content-encoding': 'gzip', 'api-version': 'latest' })
  t.notOk('content-length' in response.headers)
  t.equal(gunzipSync(body).toString(), text)
})

t.test('cookies of the app join those of the upstream', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => {
    response.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Twice', '1', 'X-Twice', '2']).end('hello')
  })
  const origin = await startWith(t, upstream, async (app) => {
    await app.register(cookie)
    app.addHook('preHandler', async (_request, reply) => { reply.setCookie('session', 'app').header('x-own', 'app') })
  })

  const { response, body } = await get(origin)

  t.strictSame(response.headers['set-cookie'], ['a=1', 'b=2', 'session=app; SameSite=Lax'])
  t.match(response.headers, { 'x-twice': '1, 2', 'x-own': 'app' })
  t.equal(body.toString(), 'hello')
})

for (const [status, length, method, expected] of [
  [200, '5', 'HEAD', '5'], [304, '5', 'GET', '5'], [204, undefined, 'GET', undefined], [200, '0', 'GET', '0'], [699, '0', 'GET', '0']
] as const) {
  t.test(`a response without a body keeps its head: ${method} ${status}`, async (t) => {
    const upstream = await startUpstream(t, 'v1', (_request, response) => {
      response.writeHead(status, 'Odd Reason', { etag: '"1"', ...length !== undefined && { 'content-length': length } }).end()
    })
    const { response, body } = await get(await startWith(t, upstream), method)

    t.match(response, { statusCode: status, statusMessage: 'Odd Reason', headers: { etag: '"1"', 'api-version': 'latest' } })
    t.equal(response.headers['content-length'], expected)
    t.equal(body.length, 0)
  })
}

t.test('the head of a stream is sent before its first chunk', async (t) => {
  const held: ServerResponse[] = []
  const upstream = await startUpstream(t, 'v1', (_request, response) => {
    held.push(response)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  })
  const origin = await startWith(t, upstream, (app) => app.addHook('onSend', async (_request, _reply, payload) => payload))

  const [response] = await once(request(origin).end(), 'response') as [IncomingMessage]
  held[0]!.end('data: 1\n\n')

  t.equal((await buffer(response)).toString(), 'data: 1\n\n')
})

t.test('trailers reach a client that accepts them', async (t) => {
  const upstream = await upstreamSending(t, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n')

  const response = await sendRaw(t, await startWith(t, upstream), ['GET / HTTP/1.1', 'Host: a', 'TE: trailers', 'Connection: te'])

  t.match(response, /\r\ntrailer: X-Sum\r\n[^]*\r\n0\r\nX-Sum: 1\r\n\r\n$/i)
})

for (const [title, sent] of [
  ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'],
  ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n']
] as const) {
  t.test(`a truncated response is not completed: ${title}`, async (t) => {
    const origin = await startWith(t, await upstreamSending(t, sent))

    await t.rejects(fetch(origin).then(async (response) => await response.text()))
  })
}

t.test('a response that breaks off while onSend hooks wait is a 502', async (t) => {
  let release = (): void => {}
  const upstream = await upstreamSending(t, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n')
  const errors: Error[] = []
  const origin = await startWith(t, upstream, (app) => {
    const broken = new Promise<void>((resolve) => { release = resolve })
    app.addHook('onSend', async (_request, reply, payload) => {
      if (reply.statusCode === 200) await broken
      return payload
    })
    app.addHook('onError', async (_request, _reply, error) => { errors.push(error) })
  }, (line) => { if (line.includes('broke off')) release() })

  const response = await fetch(origin)

  t.match(await response.json(), { status: 502, code: 'UPSTREAM_UNAVAILABLE' })
  t.match(errors, [{ code: 'UPSTREAM_UNAVAILABLE' }])
})

t.test('responses are sent through Fastify over HTTP/2 as well', async (t) => {
  const front = await makeHttp2App(t)
  compress(front.app)
  const { session } = await startHttp2Gateway(t, { forward: { reply: 'fastify' } }, front)

  const { status, headers } = await fetchOver(session, '/')

  t.equal(status, 200)
  t.match(headers, { 'content-encoding': 'gzip', 'api-version': 'latest' })
})

for (const [title, readsBody] of [['the upstream stalls', true], ['the client does not read', false]] as const) {
  t.test(`timeouts.idle ends a response that Fastify sends: ${title}`, async (t) => {
    const lines: Array<{ msg: string, err?: { code: string } }> = []
    const upstream = await startUpstream(t, 'v1', (_request, response) => {
      response.writeHead(200)
      response.write(Buffer.alloc(readsBody ? 10 : 16 * 1024 * 1024))
    })
    const app = makeApp(t, { logger: { level: 'error', stream: { write: (line: string) => { lines.push(JSON.parse(line) as typeof lines[0]) } } } })
    await app.register(versionGateway, {
      versions: { latest: { upstream: { targets: upstream, timeouts: { idle: 500 } } } }, forward: { reply: 'fastify' }
    })
    const sent = request(await listen(app)).end()
    const [response] = await once(sent, 'response') as [IncomingMessage]
    response.on('error', () => {})
    if (readsBody) await t.rejects(buffer(response))
    else await until(() => lines.some(({ err }) => err?.code === 'CLIENT_STALLED'))
    sent.destroy()

    t.equal(lines.find(({ err }) => err !== undefined)!.err!.code, readsBody ? 'IDLE_TIMEOUT' : 'CLIENT_STALLED')
  })
}

t.test('a 426 that Fastify sends names the protocols', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => { response.writeHead(426, { upgrade: 'acme', connection: 'upgrade' }).end() })

  const { response } = await get(await startWith(t, upstream))

  t.match(response, { statusCode: 426, headers: { upgrade: 'acme' } })
})

t.test('gRPC responses are written directly', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => { response.writeHead(200, { 'content-type': 'application/grpc' }).end('frame') })

  const { response, body } = await get(await startWith(t, upstream, compress))

  t.notOk('content-encoding' in response.headers)
  t.equal(body.toString(), 'frame')
})

t.test('a client that leaves ends the exchange', async (t) => {
  const left: boolean[] = []
  const upstream = await startUpstream(t, 'v1', (_request, response) => {
    response.on('close', () => { left.push(true) }).writeHead(200)
    response.write('first')
  })
  const sent = request(await startWith(t, upstream)).end()
  const [response] = await once(sent, 'response') as [IncomingMessage]
  response.on('error', () => {})
  sent.destroy()

  await until(() => left.length === 1)
  t.strictSame(left, [true])
})
