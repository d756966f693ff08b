// An app that compresses its responses.
import compress from '@fastify/compress'
import Fastify from 'fastify'
import versionGateway from 'fastify-version-gateway'

export async function build ({ v1, forward = { reply: 'fastify' }, logger = false }) {
  const app = Fastify({ logger })
  await app.register(compress, { threshold: 0 })
  await app.register(versionGateway, { versions: { v1: { upstream: v1 } }, resolve: { default: 'v1' }, forward })
  return app
}
