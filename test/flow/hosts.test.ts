import { once } from 'node:events'
import { connect, type OutgoingHttpHeaders } from 'node:http2'
import { text } from 'node:stream/consumers'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import versionGateway, { fromHost, type VersionResolver } from '../../lib/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { recordingGateway } from '../helpers/recording-gateway.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

/** Starts a gateway that forwards the host of the client. @returns its origin */
async function startGateway (t: Test, app: FastifyInstance = makeApp(t)): Promise<string> {
  const upstream = { targets: await startUpstream(t, 'v1'), host: 'client' }
  await app.register(versionGateway, { versions: { latest: { upstream } } })
  return await listen(app)
}

/** Returns the hosts in the headers that an upstream received. */
function hostsIn ({ headers }: Seen): unknown[] {
  return [headers.host, headers['x-forwarded-host'], /host="(.*)"/.exec(headers.forwarded!)?.[1]]
}

for (const host of [
  'api.test', 'API.Test', 'localhost', 'api.test.', 'my_service', 'xn--bcher-kva.test', 'a-b.c~d', '10.0.0.1', '[::1]', '[2001:DB8::1]', '[::ffff:10.0.0.1]',
  'api.test:80', '10.0.0.1:8080', '[::1]:65535'
]) {
  t.test(`the host ${host} reaches the upstream unchanged`, async (t) => {
    const origin = await startGateway(t)

    const response = await sendRaw(t, origin, ['GET / HTTP/1.1', `Host: ${host}`])

    t.strictSame(hostsIn(bodyOf<Seen>(response)), [host, host, host])
  })
}

for (const host of [
  '', 'a b', 'a@b', 'user:password@api.test', 'a/b', 'http://api.test', 'a\\b', 'a?b', 'a#b', 'a,b', 'api.test, api.test', 'a"b', 'a;b', "a'b", '<b>', 'a%20b',
  'a\tb', 'b\xc3\xbccher.test', ':80', 'api.test:', 'api.test:x', 'api.test:80x', 'api.test:-1', 'api.test:123456', 'api.test:80:80', '::1', '[::1', '::1]', '[]',
  '[api.test]', '[::1]x', '[::1]:', '[1::2::3]', '[v1.a]'
]) {
  t.test(`the host ${JSON.stringify(host)} is rejected`, async (t) => {
    const { origin, begun } = await recordingGateway(t)

    const response = await sendRaw(t, origin, ['GET / HTTP/1.1', `Host: ${host}`])

    t.match(response, /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"REQUEST_MALFORMED"/)
    t.strictSame(begun, [])
  })
}

for (const [title, ...lines] of [
  ['no host', 'GET / HTTP/1.1'],
  ['two hosts', 'GET / HTTP/1.1', 'Host: api.test', 'Host: evil.test'],
  ['the same host twice', 'GET / HTTP/1.1', 'Host: api.test', 'host: api.test'],
  ['two hosts in HTTP/1.0', 'GET / HTTP/1.0', 'Host: api.test', 'Host: evil.test'],
  // RFC 9112 3.2.2. See namesOneHost for why a version that was selected by Host matters here.
  ['a target that differs from Host', 'GET http://evil.test/ HTTP/1.1', 'Host: api.test'],
  ['a target whose port differs from that of Host', 'GET http://api.test:81/ HTTP/1.1', 'Host: api.test'],
  ['a target with credentials', 'GET http://api.test@evil.test/ HTTP/1.1', 'Host: evil.test'],
  ['a target with credentials, and Host with them', 'GET http://a@evil.test/ HTTP/1.1', 'Host: a@evil.test'],
  ['a target with an odd host in HTTP/1.0', 'GET http://a,b/ HTTP/1.0'],
  ['a target without a host', 'GET http:///orders HTTP/1.1', 'Host: api.test']
] as const) {
  t.test(`${title} is rejected`, async (t) => {
    const { origin, begun } = await recordingGateway(t)

    const response = await sendRaw(t, origin, lines)

    t.match(response, /^HTTP\/1\.1 400 /)
    t.strictSame(begun, [])
  })
}

for (const lines of [
  ['GET http://api.test:81/ HTTP/1.1', 'Host: api.test:81'],
  ['GET HTTP://API.test:81/ HTTP/1.1', 'Host: api.test:81'],
  ['GET https://api.test:81?a=1 HTTP/1.1', 'Host: api.test:81'],
  ['GET http://api.test:81/ HTTP/1.0', 'Host: api.test:81'],
  ['GET http://api.test:81/ HTTP/1.0']
]) {
  t.test(`the upstream receives the host in ${lines.join(', ')}`, async (t) => {
    const origin = await startGateway(t)

    const response = await sendRaw(t, origin, lines)

    t.strictSame(hostsIn(bodyOf<Seen>(response)), ['api.test:81', 'api.test:81', 'api.test:81'])
  })
}

for (const lines of [
  ['GET / HTTP/1.1'],
  ['GET http://api.test/ HTTP/1.1'],
  ['GET / HTTP/1.1', 'X-Forwarded-Host: api.test'],
  ['GET / HTTP/1.1', 'Upgrade: websocket', 'Connection: upgrade']
]) {
  t.test(`${lines.join(', ')} without Host gets a problem even if Node does not require the header`, async (t) => {
    const options: object = { trustProxy: true, http: { requireHostHeader: false } }
    const { origin, begun } = await recordingGateway(t, {}, makeApp(t, options))

    const response = await sendRaw(t, origin, lines)

    t.match(response, /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"REQUEST_MALFORMED"/)
    t.strictSame(begun, [])
  })
}

t.test('an HTTP/1.0 request does not need Host', async (t) => {
  const origin = await startGateway(t)

  const seen = bodyOf<Seen>(await sendRaw(t, origin, ['GET / HTTP/1.0']))

  t.strictSame([seen.headers['x-forwarded-host'], seen.headers.forwarded], [undefined, 'for=127.0.0.1;proto=http'])
})

t.test('the host in a trusted X-Forwarded-Host must be valid', async (t) => {
  const origin = await startGateway(t, makeApp(t, { trustProxy: true }))
  const send = async (host: string) => await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: inside', `X-Forwarded-Host: ${host}`])

  const [good, bad] = [await send('edge.test, api.test:444'), await send('api.test/a"b')]

  t.strictSame(hostsIn(bodyOf<Seen>(good)), ['api.test:444', 'api.test:444', 'api.test:444'])
  t.match(bad, /^HTTP\/1\.1 400 [^]*"REQUEST_MALFORMED"/)
})

t.test('a version is decided by the host of a target in HTTP/1.0, too', async (t) => {
  const upstreams = { v1: { upstream: await startUpstream(t, 'v1') }, v2: { upstream: await startUpstream(t, 'v2') } }
  const app = makeApp(t)
  await app.register(versionGateway, {
    versions: upstreams, resolve: { override: [fromHost({ 'v2.api.test': 'v2' })], default: 'v1' }
  })

  const response = await sendRaw(t, await listen(app), ['GET http://v2.api.test/ HTTP/1.0'])

  t.equal(bodyOf<Seen>(response).servedBy, 'v2')
})

t.test('a request whose version was decided by its host is forwarded with the same host', async (t) => {
  const byHost: VersionResolver = { name: 'host', readsHeaders: ['host'], resolve: ({ hostname }) => hostname.startsWith('v2.') ? 'v2' : undefined }
  const [latest, v2] = await Promise.all([startUpstream(t, 'latest'), startUpstream(t, 'v2')])
  const app = makeApp(t)
  await app.register(versionGateway, { versions: { latest: { upstream: latest }, v2: { upstream: v2 } }, resolve: { override: [byHost], default: 'latest' } })
  const origin = await listen(app)

  const one = await sendRaw(t, origin, ['GET http://v2.api.test/ HTTP/1.1', 'Host: v2.api.test'])
  const two = await sendRaw(t, origin, ['GET http://api.test/ HTTP/1.1', 'Host: v2.api.test'])

  t.equal(bodyOf<Seen>(one).servedBy, 'v2')
  t.match(two, /^HTTP\/1\.1 400 /)
})

/** Sends a request over HTTP/2. @returns status and body, `null` when the stream is reset */
async function sendHttp2 (t: Test, headers: OutgoingHttpHeaders): Promise<{ status: number, body: string } | null> {
  // Hooks and requests work the same over HTTP/2; only their types differ.
  const app = Fastify({ http2: true }) as unknown as FastifyInstance
  t.teardown(() => app.close())
  const session = connect(await startGateway(t, app))
  t.teardown(() => session.destroy())
  const stream = session.request({ ':path': '/', ...headers })
  try {
    const [{ ':status': status }] = await once(stream, 'response')
    return { status, body: await text(stream) }
  } catch {
    return null
  }
}

for (const headers of [{ ':authority': 'api.test:81' }, { host: 'api.test:81' }, { ':authority': 'api.test:81', host: 'API.test:81' }]) {
  t.test(`over HTTP/2, the upstream receives the host in ${JSON.stringify(headers)}`, async (t) => {
    const { body } = await sendHttp2(t, headers) ?? {}

    const [, ...forwarded] = hostsIn(JSON.parse(body!) as Seen)
    t.strictSame(forwarded.map((host) => String(host).toLowerCase()), ['api.test:81', 'api.test:81'])
  })
}

for (const headers of [
  { ':authority': 'api.test', host: 'evil.test' }, { ':authority': 'a,b' }, { ':authority': 'a@b' }, { ':authority': 'api.test:x' }, { host: 'a b' }, { host: '' },
  { ':authority': 'a b' }
]) {
  t.test(`over HTTP/2, ${JSON.stringify(headers)} is rejected`, async (t) => {
    const response = await sendHttp2(t, headers)

    // Node resets the stream of some of them (RFC 9113 8.1.1).
    t.equal(response?.status ?? 400, 400)
  })
}
