// An app that is traced with @fastify/otel.
import { FastifyOtelInstrumentation } from '@fastify/otel'
import Fastify from 'fastify'
import versionGateway, { fromHeader } from 'fastify-version-gateway'
import { traceVersions } from 'fastify-version-gateway/observe'

export async function build ({ tracerProvider, v1, v2 }) {
  const otel = new FastifyOtelInstrumentation()
  otel.setTracerProvider(tracerProvider)
  const app = Fastify()
  await app.register(otel.plugin())
  await app.register(traceVersions)
  app.get('/own', async () => 'own')
  await app.register(versionGateway, {
    prefix: '/api', versions: { v1: { upstream: v1 }, v2: { upstream: v2 } }, resolve: { override: [fromHeader('x-version')], default: 'v1' }
  })
  return app
}
