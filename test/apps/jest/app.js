const fastify = require('fastify')
const { default: versionGateway, fromClaim, fromHeader } = require('fastify-version-gateway')
const { versionAdmin } = require('fastify-version-gateway/admin')
const { accessLog, gatewayHealth } = require('fastify-version-gateway/observe')

module.exports = function buildApp ({ upstreams, jwk }) {
  const app = fastify()
  app.register(accessLog)
  app.register(gatewayHealth)
  app.register(versionAdmin, { guard: () => true })
  app.register(versionGateway, {
    versions: { v1: { upstream: upstreams.v1 }, v2: { upstream: upstreams.v2 } },
    identity: { providers: [{ name: 'idp', issuer: 'https://idp.test', jwks: { keys: [jwk] } }] },
    resolve: { override: [fromHeader('x-version')], pin: [fromClaim('version')], default: 'v1' }
  })
  return app
}
