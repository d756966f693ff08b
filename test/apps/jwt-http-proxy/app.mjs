// An app that verifies tokens in its routes with @fastify/jwt, and forwards with @fastify/http-proxy.
import httpProxy from '@fastify/http-proxy'
import fastifyJwt from '@fastify/jwt'
import Fastify from 'fastify'
import {
  defineVersions, fromClaim, fromFastifyJwt, fromHeader, httpProxyOptions, resolveVersion, sanitizeHeaders, verifyIdentity
} from 'fastify-version-gateway'

export async function build ({ publicKey, legacy, v1, v2 }) {
  const app = Fastify()
  await app.register(fastifyJwt, { secret: { public: publicKey } })
  app.decorate('authenticate', async (request) => { await request.jwtVerify() })
  app.get('/me', { onRequest: [app.authenticate] }, async ({ user }) => user)
  await app.register(httpProxy, { upstream: legacy, prefix: '/legacy' })

  // The versions are new.
  const versions = defineVersions({
    v1: { upstream: v1, deprecatedAt: '2026-01-01', sunsetAt: '2099-12-31', links: { sunset: 'https://docs.test/v1' } },
    v2: { upstream: v2 }
  })
  const testers = { name: 'testers', readsHeaders: [], resolve: ({ identity }) => identity?.claims.tester === true ? 'v2' : undefined }
  const requestHeaders = ({ user }) => ({ 'x-tenant': user?.tenant ?? null, cookie: null })
  await app.register(async (scope) => {
    await scope.register(sanitizeHeaders, { owned: ['x-user-*'] })
    await scope.register(verifyIdentity, { from: fromFastifyJwt({ claimsToHeaders: [{ claim: 'sub', header: 'x-user-id' }] }) })
    await scope.register(resolveVersion, { versions, override: [fromHeader('x-version')], pin: [fromClaim('version'), testers], default: 'v1' })
    scope.get('/versioned', { onRequest: [app.authenticate] }, async ({ version, user }) => ({ version: version.id, sub: user.sub }))
    await scope.register(httpProxy, { prefix: '/api', ...httpProxyOptions(versions, { requestHeaders }) })
  })
  return app
}
