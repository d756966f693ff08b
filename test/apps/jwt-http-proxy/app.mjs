// An app that verifies tokens in its routes with @fastify/jwt, and forwards with @fastify/http-proxy.
import httpProxy from '@fastify/http-proxy'
import fastifyJwt from '@fastify/jwt'
import Fastify from 'fastify'
import { fromClaim, fromFastifyJwt, fromHeader, defineVersions, httpProxyOptions, resolveVersion, sanitizeHeaders, verifyIdentity } from 'fastify-version-gateway'

export async function build ({ publicKey, legacy, v1, v2 }) {
  const app = Fastify()
  await app.register(fastifyJwt, { secret: { public: publicKey } })
  app.decorate('authenticate', async (request) => { await request.jwtVerify() })
  app.get('/me', { onRequest: [app.authenticate] }, async ({ user }) => user)
  await app.register(httpProxy, { upstream: legacy, prefix: '/legacy' })

  // The versions are new.
  const versions = defineVersions({ v1: { upstream: v1 }, v2: { upstream: v2 } })
  await app.register(async (scope) => {
    await scope.register(sanitizeHeaders, { owned: ['x-user-*'] })
    await scope.register(verifyIdentity, { from: fromFastifyJwt({ claimsToHeaders: [{ claim: 'sub', header: 'x-user-id' }] }) })
    await scope.register(resolveVersion, { versions, override: [fromHeader('x-version')], pin: [fromClaim('version')], default: 'v1' })
    scope.get('/versioned', { onRequest: [app.authenticate] }, async ({ version, user }) => ({ version: version.id, sub: user.sub }))
    await scope.register(httpProxy, { prefix: '/api', ...httpProxyOptions(versions) })
  })
  return app
}
