import fastifyOtel from '@fastify/otel'
import { trace } from '@opentelemetry/api'
import t, { type Test } from 'tap'
import { fromHeader } from '../../lib/index.ts'
import { traceVersions } from '../../lib/observe/index.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { listen, makeApp, startGateway } from '../helpers/gateway.ts'
import { useSdk } from '../helpers/open-telemetry.ts'
import { openSocket } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'
import { deadOrigin, startUpstream } from '../helpers/upstream.ts'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

async function traced (t: Test, overrides: Partial<GatewayOptions> = {}, app = makeApp(t)) {
  await app.register(traceVersions)
  return await startGateway(t, overrides, app)
}

t.test('without an SDK, nothing is recorded and traceparent is forwarded unchanged', async (t) => {
  const { see } = await traced(t)

  const seen = await see('/a', { headers: { traceparent } })

  t.equal(seen.headers.traceparent, traceparent)
})

t.test('a trace continues through the request, the exchange and the upstream', async (t) => {
  const exporter = useSdk(t)
  const { see, bearer } = await traced(t)

  const seen = await see('/orders?secret=1', { headers: { traceparent, ...bearer('v2') } })
  await until(() => exporter.getFinishedSpans().length === 2)
  const [client, server] = exporter.getFinishedSpans()

  t.match(server, { name: 'GET', kind: 1, parentSpanContext: { spanId: 'b7ad6b7169203331' } })
  t.match(server!.attributes, { 'http.request.method': 'GET', 'url.path': '/orders', 'http.response.status_code': 200, 'version_gateway.version': 'v2' })
  t.match(client, { kind: 2, parentSpanContext: { spanId: server!.spanContext().spanId } })
  t.match(client!.attributes, {
    'server.address': '127.0.0.1',
    'http.response.status_code': 200,
    'version_gateway.version': 'v2',
    'version_gateway.tier': 'pin',
    'version_gateway.source': 'claim:userMetadata.version'
  })
  t.equal(seen.headers.traceparent, `00-0af7651916cd43dd8448eb211c80319c-${client!.spanContext().spanId}-01`)
  t.notMatch(JSON.stringify(exporter.getFinishedSpans().map(({ attributes }) => attributes)), /secret|eyJ/)
})

t.test('a refused request has no exchange span, and a failed one is an error with cause and retries', async (t) => {
  const exporter = useSdk(t)
  const dead = [await deadOrigin(), await deadOrigin()]
  const { send } = await traced(t, {
    versions: { latest: { upstream: { targets: dead } } }, resolve: { override: [fromHeader('x-version-override')] }, identity: { providers: [] }
  })

  await send('/a', { headers: { 'x-version-override': 'v9' } })
  await until(() => exporter.getFinishedSpans().length === 1)
  await send('/a')
  await until(() => exporter.getFinishedSpans().length === 3)
  const [refused, client, server] = exporter.getFinishedSpans()

  t.match(refused, { kind: 1, status: { code: 0 }, attributes: { 'http.response.status_code': 400, 'error.type': 'VERSION_UNKNOWN', 'version_gateway.code': 'VERSION_UNKNOWN' } })
  t.match(client, { kind: 2, status: { code: 2 }, attributes: { 'error.type': 'refused', 'http.request.resend_count': 1 } })
  t.match(server, { kind: 1, status: { code: 2 }, attributes: { 'error.type': 'refused', 'version_gateway.outcome': 'upstream-failed' } })
})

t.test('the span of @fastify/otel is used if there is one', async (t) => {
  const exporter = useSdk(t)
  const app = makeApp(t)
  await app.register(new fastifyOtel.FastifyOtelInstrumentation().plugin())
  const { see } = await traced(t, {}, app)

  const seen = await see('/a', { headers: { traceparent } })
  await until(() => exporter.getFinishedSpans().some(({ kind }) => kind === 2))
  const client = exporter.getFinishedSpans().find(({ kind }) => kind === 2)!

  t.equal(client.spanContext().traceId, '0af7651916cd43dd8448eb211c80319c')
  t.match(seen.headers.traceparent, client.spanContext().spanId)
  t.equal(exporter.getFinishedSpans().filter(({ instrumentationScope: { name }, kind }) => name === 'fastify-version-gateway' && kind === 1).length, 0)
})

t.test('when a client disconnects, exactly its spans end', async (t) => {
  const exporter = useSdk(t)
  let isThere = false
  const upstream = await startUpstream(t, 'v1', () => { isThere = true })
  const { origin } = await traced(t, { versions: { latest: { upstream } }, resolve: {}, identity: { providers: [] } })
  const socket = await openSocket(t, origin)

  socket.write('GET /slow HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await until(() => isThere)
  socket.destroy()
  await until(() => exporter.getFinishedSpans().length === 2)

  t.match(exporter.getFinishedSpans()[0], { kind: 2, attributes: { 'error.type': 'client-gone', 'server.address': '127.0.0.1' } })
  for (const { attributes } of exporter.getFinishedSpans()) t.notOk('http.response.status_code' in attributes)
})

t.test('a response that a hook sends in place of the upstream has no target', async (t) => {
  const exporter = useSdk(t)
  const app = makeApp(t)
  app.addHook('preHandler', async (request, reply) => { if (request.url === '/own') await reply.send('own') })
  const { send } = await traced(t, {}, app)

  await send('/own')
  await until(() => exporter.getFinishedSpans().length > 0)

  t.equal(exporter.getFinishedSpans()[0]!.attributes['server.address'], undefined)
})

for (const [scheme, port] of [['http', 80], ['https', 443]] as const) {
  t.test(`a target without a port has the default port of ${scheme}`, async (t) => {
    const exporter = useSdk(t)
    const { send } = await traced(t, {
      versions: { latest: { upstream: `${scheme}://127.0.0.1` } }, resolve: {}, identity: { providers: [] }
    })

    await send('/a')
    await until(() => exporter.getFinishedSpans().length === 2)

    t.match(exporter.getFinishedSpans()[0]!.attributes, { 'server.address': '127.0.0.1', 'server.port': port })
  })
}

t.test('only the span of an exchange with a response has a status code', async (t) => {
  const exporter = useSdk(t)
  const upstream = await startUpstream(t, 'v1', (_request, response) => response.writeHead(503).end())
  const { send } = await traced(t, {
    versions: { latest: { upstream }, dead: { upstream: await deadOrigin() } }, resolve: { override: [fromHeader('x-version-override')] }, identity: { providers: [] }
  })

  await send('/a')
  await send('/a', { headers: { 'x-version-override': 'dead' } })
  await until(() => exporter.getFinishedSpans().length === 4)
  const [served, refused] = exporter.getFinishedSpans().filter(({ kind }) => kind === 2)

  t.match(served, { status: { code: 2 }, attributes: { 'http.response.status_code': 503 } })
  t.match(refused, { status: { code: 2 }, attributes: { 'error.type': 'refused' } })
  t.notOk('http.response.status_code' in refused!.attributes)
})

t.test('routes with observed: false have no span', async (t) => {
  const exporter = useSdk(t)
  const app = makeApp(t)
  await app.register(traceVersions)
  app.get('/quiet', { config: { observed: false } }, async () => trace.getTracer('t').startSpan('inner').end())
  const origin = await listen(app)

  await fetch(`${origin}/quiet`)
  await until(() => exporter.getFinishedSpans().length === 1)

  t.match(exporter.getFinishedSpans(), [{ name: 'inner' }])
})
