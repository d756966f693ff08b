import type { FastifyInstance } from 'fastify'
import { contextOf } from './context.ts'

/** Whether the process has an SDK of OpenTelemetry. All copies of the API register it here. */
export function hasSdk (): boolean {
  const registered = (globalThis as Record<symbol, unknown>)[Symbol.for('opentelemetry.js.api.1')]
  return typeof registered === 'object' && registered !== null && 'trace' in registered
}

/**
 * Notes the span that an instrumentation, such as @opentelemetry/instrumentation-http, has made of each request. A refusal is
 * added to it at once: the instrumentation ends its span with the response, and the callback of a failed exchange
 * no longer has the request's context.
 */
export async function recordActiveSpans (app: FastifyInstance): Promise<void> {
  const api = hasSdk() ? await import('@opentelemetry/api').catch(() => null) : null
  if (api === null) return
  app.addHook('onRequest', (request, _reply, done) => {
    const span = api.trace.getActiveSpan()
    if (span?.isRecording() === true) contextOf(request).activeSpan = span
    done()
  })
}
