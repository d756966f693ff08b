// An app whose keys come from get-jwks.
import Fastify from 'fastify'
import versionGateway, { fromClaim } from 'fastify-version-gateway'
import buildGetJwks from 'get-jwks'

export async function build ({ issuer, audience, v1, v2 }) {
  const app = Fastify()
  const getJwks = buildGetJwks({ issuersWhitelist: [issuer], max: 100, ttl: 60_000 })
  app.addHook('onClose', async () => { getJwks.cache?.clear?.() })
  await app.register(versionGateway, {
    versions: { v1: { upstream: v1 }, v2: { upstream: v2 } },
    identity: {
      providers: [{
        name: 'issuer',
        issuer,
        audiences: [audience],
        jwks: { getKey: ({ kid, alg, issuer: domain }) => getJwks.getJwk({ kid, alg, domain }) }
      }]
    },
    resolve: { pin: [fromClaim('version')], default: 'v1' }
  })
  return app
}
