import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Agent } from 'undici'
import httpProxy from '@fastify/http-proxy'
import t, { type Test } from 'tap'
import { defineVersions, httpProxyOptions, resolveVersion, sanitizeHeaders, verifyIdentity } from '../lib/index.ts'
import type { RequestHeaders, UpstreamOptions, VersionRegistry } from '../types/index.ts'
import { makeAuthority } from './helpers/certificates.ts'
import { listen, makeApp } from './helpers/gateway.ts'
import { startHttpProxy } from './helpers/http-proxy.ts'
import { startUpstream } from './helpers/upstream.ts'
import { roundTrip, openWebSocket, refusal, startWebSockets } from './helpers/websocket.ts'

const upstream = 'http://127.0.0.1:1'

for (const [place, options] of Object.entries({
  'versions.v1.upstream.targets': { targets: ['unix+http:///run/app.sock'] },
  'versions.v1.upstream.http2': { targets: upstream, http2: true },
  'versions.v1.upstream.tls': { targets: 'https://127.0.0.1:1', tls: { servername: 'a' } },
  'versions.v1.upstream.maxRequestBytes': { targets: upstream, maxRequestBytes: 1 },
  'versions.v1.upstream.dispatcher': { targets: upstream, dispatcher: new Agent() }
} satisfies Record<string, UpstreamOptions>)) {
  t.test(`${place} is refused if @fastify/http-proxy cannot honor it, at boot and in a later set`, async (t) => {
    const registry = defineVersions({ v1: { upstream } })
    httpProxyOptions(registry)

    const problem = { code: 'VERSION_CONFIG_INVALID', problems: [{ path: place, message: /proxyVersions|@fastify\/http-proxy/ }] }
    t.throws(() => httpProxyOptions(defineVersions({ v1: { upstream: options } })), problem)
    t.throws(() => registry.update({ versions: { v1: { upstream: options } } }), problem)
  })
}

t.test('unknown options and versions that are not a registry are refused', async (t) => {
  t.throws(() => httpProxyOptions(defineVersions({ v1: { upstream } }), { versionHeader: 'x' } as object), { code: 'VERSION_CONFIG_INVALID', message: /versionHeader/ })
  t.throws(() => httpProxyOptions({} as VersionRegistry), { code: 'VERSION_CONFIG_INVALID', message: /defineVersions/ })
})

t.test('a request is refused if the stages are not registered in the scope', async (t) => {
  const seen: unknown[] = []
  const target = await startUpstream(t, 'v1', (request, response) => { seen.push(request.url); response.end() })
  const app = makeApp(t)
  await app.register(httpProxy, { prefix: '/api', ...httpProxyOptions(defineVersions({ v1: { upstream: target } })) })
  const origin = await listen(app)

  const response = await fetch(`${origin}/api`)

  t.match({ status: response.status, body: await response.json() }, { status: 500, body: { code: 'STAGE_ORDER_INVALID', message: /resolveVersion/ } })
  t.strictSame(seen, [])
})

t.test('a request is refused if it was decided against another registry, or not at all', async (t) => {
  const target = await startUpstream(t, 'v1')
  const app = makeApp(t)
  await app.register(sanitizeHeaders)
  await app.register(verifyIdentity, { providers: [] })
  const versions = defineVersions({ v1: { upstream: target } })
  await app.register(resolveVersion, { versions, default: 'v1' })
  await app.register(httpProxy, { prefix: '/other', ...httpProxyOptions(defineVersions({ v1: { upstream: target } })) })
  await app.register(httpProxy, { prefix: '/neutral', ...httpProxyOptions(versions), preHandler: (_request, _reply, done) => done(), config: { version: false } })
  const origin = await listen(app)

  const statuses = await Promise.all(['/other', '/neutral'].map(async (path) => (await fetch(origin + path)).status))

  t.strictSame(statuses, [500, 500])
})

t.test('a target with an untrusted certificate gets no request', async (t) => {
  const requests: unknown[] = []
  const server = createServer(await (await makeAuthority()).server('127.0.0.1'), (request, response) => {
    requests.push(request.url)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const { send } = await startHttpProxy(t, { versions: { v1: { upstream: `https://127.0.0.1:${port}` } } })

  const { status } = await send('/api')

  t.strictSame([status, requests], [500, []])
})

t.test('WebSockets reach the version, with the gateway\'s headers', async (t) => {
  const { origin: target, requests } = await startWebSockets(t)
  const { origin } = await startHttpProxy(t, { versions: { v2: { upstream: target } }, more: { websocket: true } })

  const socket = await openWebSocket(t, `${origin}/api/events?a=1`, { headers: { 'x-version': 'v2', 'api-version': 'v1', 'x-user': 'forged', 'x-own': 'kept' } })

  t.equal(await roundTrip(socket, 'hello'), 'hello')
  t.match(requests[0], {
    url: '/events?a=1',
    headers: { 'api-version': 'v2', 'x-user': undefined, 'x-own': 'kept', 'x-forwarded-for': '127.0.0.1', host: new URL(target).host }
  })
})

for (const [path, inside] of [['/api/events?a=1', '/v1/events?a=1'], ['/api', '/v1'], ['/%61pi/a%2Fb/', '/v1/a%2Fb/']] as const) {
  t.test(`the rewritePrefix of a version applies to WebSockets: ${path}`, async (t) => {
    const { origin: target, requests } = await startWebSockets(t)
    const { origin } = await startHttpProxy(t, { versions: { v1: { upstream: { targets: target, rewritePrefix: '/v1/' } } }, more: { websocket: true } })

    const socket = await openWebSocket(t, origin + path)

    t.equal(await roundTrip(socket, 'hello'), 'hello')
    t.match(requests, [{ url: inside, headers: { 'x-forwarded-prefix': '/api' } }])
  })
}

t.test('a WebSocket cannot leave the rewritePrefix of its version', async (t) => {
  const { origin: target, requests } = await startWebSockets(t)
  const { origin } = await startHttpProxy(t, { versions: { v1: { upstream: { targets: target, rewritePrefix: '/v1' } } }, more: { websocket: true } })

  const { response } = await refusal(t, `${origin}/api/%2e%2e%2fadmin`)

  t.strictSame([response.statusCode, requests], [400, []])
})

t.test('a WebSocket is refused if the stages refuse its request', async (t) => {
  const { origin } = await startHttpProxy(t, { more: { websocket: true } })

  const { response } = await refusal(t, `${origin}/api/events`, { headers: { 'x-version': 'v9' } })

  t.equal(response.statusCode, 400)
})

async function startWebSocketProxy (t: Test, requestHeaders: RequestHeaders) {
  const { origin: target, requests } = await startWebSockets(t)
  const versions = { v1: { upstream: target } }
  return { requests, ...await startHttpProxy(t, { versions, options: { requestHeaders }, more: { websocket: true } }) }
}

for (const [what, requestHeaders] of Object.entries({
  'requestHeaders throws': () => { throw new Error('no tenant') },
  'requestHeaders returns no object': () => null as never,
  'a header of the app has an invalid value': () => ({ 'x-tenant': 'a\r\nb' })
} satisfies Record<string, RequestHeaders>)) {
  t.test(`a WebSocket gets an error response if ${what}`, async (t) => {
    const { origin, requests } = await startWebSocketProxy(t, requestHeaders)

    const { response } = await refusal(t, `${origin}/api/events`)

    t.strictSame([response.statusCode, requests], [500, []])
  })
}

t.test('requestHeaders is called once for a WebSocket', async (t) => {
  let calls = 0
  const { origin, requests } = await startWebSocketProxy(t, () => ({ 'x-call': String(++calls) }))

  await roundTrip(await openWebSocket(t, `${origin}/api/events`), 'hello')

  t.match(requests, [{ headers: { 'x-call': '1' } }])
  t.equal(calls, 1)
})
