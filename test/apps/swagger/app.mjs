// An app that documents its routes.
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import versionGateway from 'fastify-version-gateway'

export async function build ({ v1 }) {
  const app = Fastify()
  await app.register(swagger, { openapi: { info: { title: 'app', version: '1' } } })
  app.get('/own', { schema: { response: { 200: { type: 'object', properties: { id: { type: 'string' } } } } } }, async () => ({ id: '1' }))
  await app.register(versionGateway, { prefix: '/api', versions: { v1: { upstream: v1 } }, resolve: { default: 'v1' } })
  return app
}
