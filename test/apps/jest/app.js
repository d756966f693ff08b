const fastifyJwt = require('@fastify/jwt')
const httpProxy = require('@fastify/http-proxy')
const fastify = require('fastify')
const {
  default: versionGateway,
  defineVersions,
  fromClaim,
  fromFastifyJwt,
  fromHeader,
  httpProxyOptions,
  resolveVersion,
  sanitizeHeaders,
  verifyIdentity
} = require('fastify-version-gateway')
const { versionAdmin } = require('fastify-version-gateway/admin')
const { accessLog, gatewayHealth } = require('fastify-version-gateway/observe')

const resolve = { override: [fromHeader('x-version')], pin: [fromClaim('version')], default: 'v1' }

exports.buildApp = function buildApp ({ upstreams, provider, clock }) {
  const app = fastify()
  app.register(accessLog)
  app.register(gatewayHealth)
  app.register(versionAdmin, { guard: () => true })
  app.register(versionGateway, {
    versions: { v1: { upstream: upstreams.v1, sunsetAt: '2026-12-31', enforceSunset: true, successor: 'v2' }, v2: { upstream: upstreams.v2 } },
    registry: { now: clock.now },
    identity: { providers: [provider] },
    resolve: { ...resolve, default: 'v2' }
  })
  return app
}

/** An app that keeps @fastify/jwt and @fastify/http-proxy. */
exports.buildWithAdapters = function buildWithAdapters ({ upstreams, publicKey }) {
  const versions = defineVersions({ v1: { upstream: upstreams.v1 }, v2: { upstream: upstreams.v2 } })
  const app = fastify()
  app.register(fastifyJwt, { secret: { public: publicKey } })
  app.register(sanitizeHeaders)
  app.register(verifyIdentity, { from: fromFastifyJwt({ claimsToHeaders: [{ claim: 'sub', header: 'x-user-id' }] }) })
  app.register(resolveVersion, { versions, ...resolve })
  app.register(httpProxy, { prefix: '/api', ...httpProxyOptions(versions) })
  return app
}
