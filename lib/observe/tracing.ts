import type { Attributes, Context, Span } from '@opentelemetry/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TraceVersionsPlugin } from '../../types/observe.ts'
import { replaceField } from '../http/edit-fields.ts'
import { contextOf, type RequestSpans } from '../stage/context.ts'
import { type Observation } from '../stage/observation.ts'
import { observe } from '../stage/observe.ts'
import { definePlugin } from '../stage/define-plugin.ts'

type Api = typeof import('@opentelemetry/api')

async function traceRequests (app: FastifyInstance): Promise<void> {
  const api = await import('@opentelemetry/api').catch((cause: unknown) => {
    throw new Error('Tracing needs the package @opentelemetry/api. Install it: npm install @opentelemetry/api', { cause })
  })
  const tracer = api.trace.getTracer('fastify-version-gateway')

  app.addHook('onRequest', (request, _reply, done) => {
    const context = contextOf(request)
    // Nothing would end the span of a request that is not observed.
    if (request.routeOptions.config?.observed !== false && context.dryRun === null) context.spans = begin(api, tracer, request)
    done()
  })

  // The version is decided by now. Refused requests do not get here, and do not reach an upstream.
  app.addHook('preHandler', (request: FastifyRequest, _reply: FastifyReply, done) => {
    const { spans } = contextOf(request)
    if (spans !== null && request.version != null) {
      // Another instrumentation ends its span before the observers are called.
      if (!spans.server.isOwn) spans.server.span.setAttributes(decisionOf(request))
      spans.client = tracer.startSpan(request.method, { kind: api.SpanKind.CLIENT, attributes: decisionOf(request) }, spans.context)
      passOn(api, request, api.trace.setSpan(spans.context, spans.client))
    }
    done()
  })

  observe(app, (observation) => {
    const { spans } = contextOf(observation.request)
    if (spans !== null) end(api, spans, observation)
  })
}

/**
 * Records OpenTelemetry spans that follow the semantic conventions for HTTP: one for the request, unless @fastify/otel or
 * another instrumentation has created it, and one for the exchange with the upstream, which continues the trace through
 * W3C `traceparent`. Register it before the gateway. Without an SDK, nothing is recorded, and `traceparent` is forwarded
 * unchanged.
 *
 * @throws if `@opentelemetry/api` is not installed
 *
 * @example
 * await app.register(traceVersions)
 * await app.register(versionGateway, { versions })
 */
export const traceVersions: TraceVersionsPlugin = definePlugin('fastify-version-gateway/tracing', traceRequests)

function begin ({ context, propagation, SpanKind, trace }: Api, tracer: ReturnType<Api['trace']['getTracer']>, request: FastifyRequest): RequestSpans | null {
  const active = context.active()
  const present = trace.getSpan(active)
  if (present?.isRecording() === true) return { server: { span: present, isOwn: false }, context: active, client: null }
  const parent = propagation.extract(active, request.headers)
  const [path] = request.url.split('?', 1)
  const span = tracer.startSpan(request.method, {
    kind: SpanKind.SERVER,
    attributes: { 'http.request.method': request.method, 'url.path': path!, 'url.scheme': request.protocol, 'client.address': request.ip }
  }, parent)
  return span.isRecording() ? { server: { span, isOwn: true }, context: trace.setSpan(parent, span), client: null } : null
}

/** The attributes for the version and its source. */
function decisionOf ({ method, version }: FastifyRequest): Attributes {
  const { id, tier, source, route } = version!
  return {
    'http.request.method': method,
    'version_gateway.version': id,
    'version_gateway.tier': tier,
    'version_gateway.source': source,
    ...route !== undefined && { 'version_gateway.route': route }
  }
}

/** Replaces the trace headers of the client, so that the upstream continues the trace. */
function passOn ({ propagation }: Api, { raw }: FastifyRequest, context: Context): void {
  const fields: Record<string, string> = {}
  propagation.inject(context, fields)
  for (const [name, value] of Object.entries(fields)) replaceField(raw, name.toLowerCase(), value)
}

function end (api: Api, { server: { span, isOwn }, client }: RequestSpans, observation: Observation): void {
  const { outcome, cause, status, upstreamStatus, refusal, retries, target, request, reply } = observation
  const result: Attributes = {
    ...outcome !== 'served' && { 'error.type': cause ?? outcome, 'version_gateway.outcome': outcome },
    ...refusal !== null && { 'version_gateway.code': refusal.code }
  }
  if (client !== null) {
    client.setAttributes({
      ...result, ...statusOf(upstreamStatus), ...target !== null && addressOf(target), ...retries > 0 && { 'http.request.resend_count': retries }
    })
    // For clients, statuses from 400 on are errors; for servers, those from 500 on (semantic conventions for HTTP spans, "Status").
    finish(api, client, upstreamStatus === null ? outcome !== 'served' : upstreamStatus >= 400 || outcome === 'upstream-failed')
    client.end()
  }
  if (!isOwn) return
  if (request.version != null) span.setAttributes(decisionOf(request))
  span.setAttributes({ ...result, ...statusOf(reply.raw.headersSent ? status : null) })
  finish(api, span, status >= 500)
  span.end()
}

/** The status attribute. A span without a response must not have one. */
function statusOf (status: number | null): Attributes {
  return status === null ? {} : { 'http.response.status_code': status }
}

function addressOf (target: string): Attributes {
  const { hostname, port, protocol } = new URL(target)
  return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'https:' ? 443 : 80) }
}

function finish ({ SpanStatusCode }: Api, span: Span, isError: boolean): void {
  if (isError) span.setStatus({ code: SpanStatusCode.ERROR })
}
