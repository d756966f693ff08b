import type { ServerResponse } from 'node:http'
import { context, trace } from '@opentelemetry/api'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { fromHeader } from '../../lib/index.ts'
import { traceVersions } from '../../lib/observe/index.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { useSdk } from '../helpers/open-telemetry.ts'
import { until } from '../helpers/until.ts'
import { deadOrigin } from '../helpers/upstream.ts'

/** Works like @opentelemetry/instrumentation-http: its span is active while the request is handled, and ends with the response. */
function instrument (app: FastifyInstance): void {
  const { emit } = app.server
  app.server.emit = function (event: string, ...values: unknown[]) {
    if (event !== 'request') return Reflect.apply(emit, this, [event, ...values])
    const span = trace.getTracer('instrumentation').startSpan('request', { kind: 1 })
    ;(values[1] as ServerResponse).prependOnceListener('close', () => span.end())
    return context.with(trace.setSpan(context.active(), span), () => Reflect.apply(emit, this, [event, ...values]))
  }
}

for (const isTraced of [false, true]) {
  t.test(`a refusal is recorded in the span of another instrumentation, ${isTraced ? 'with' : 'without'} traceVersions`, async (t) => {
    const exporter = useSdk(t)
    const app = makeApp(t)
    instrument(app)
    const ofServer = () => exporter.getFinishedSpans().filter(({ kind }) => kind === 1)
    if (isTraced) await app.register(traceVersions)
    const { send } = await startGateway(t, {
      versions: { latest: { upstream: { targets: await deadOrigin() } } }, resolve: { override: [fromHeader('x-version-override')] }, identity: { providers: [] }
    }, app)

    await send('/a', { headers: { 'x-version-override': 'v9' } })
    await send('/a')
    await until(() => ofServer().length === 2)
    const [refused, failed] = ofServer()

    t.match(refused!.attributes, { 'error.type': 'VERSION_UNKNOWN', 'version_gateway.code': 'VERSION_UNKNOWN' })
    t.match(failed!.attributes, { 'error.type': isTraced ? 'refused' : 'UPSTREAM_UNAVAILABLE', 'version_gateway.code': 'UPSTREAM_UNAVAILABLE' })
    t.equal(failed!.attributes['version_gateway.version'], isTraced ? 'latest' : undefined)
  })
}
