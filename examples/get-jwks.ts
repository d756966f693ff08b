// The gateway verifies tokens of several tenants, with keys that the app's get-jwks looks up.
//
//   npx tsx examples/get-jwks.ts
//
//   curl -H 'authorization: Bearer <of acme>' localhost:8080/orders    -> servedBy v2
//   curl -H 'authorization: Bearer <forged>' localhost:8080/orders     -> 401 TOKEN_INVALID
import Fastify from 'fastify'
import versionGateway, { fromClaim } from 'fastify-version-gateway'
import { startIssuer, startUpstream } from 'fastify-version-gateway/testing'
import buildGetJwks from 'get-jwks'

const [acme, globex] = [await startIssuer(), await startIssuer()]
const app = Fastify()

// What the app already has: one cache of keys for all issuers that it trusts.
const getJwks = buildGetJwks({ issuersWhitelist: [acme.issuer, globex.issuer], max: 100, ttl: 60_000 })

await app.register(versionGateway, {
  versions: {
    latest: { upstream: (await startUpstream('latest')).origin },
    v2: { upstream: (await startUpstream('v2')).origin }
  },
  identity: {
    providers: [{
      name: 'tenants',
      issuer: [acme.issuer, globex.issuer],
      audiences: [acme.audience],
      // A lookup has a time limit, tokens share it, and a known key stays in use while its issuer is down.
      jwks: { getKey: async ({ kid, alg, issuer }) => await getJwks.getJwk({ kid, alg, domain: issuer }) }
    }]
  },
  resolve: { pin: [fromClaim('version')], default: 'latest' }
})

const address = await app.listen({ port: Number(process.env.PORT ?? 8080) })
console.log(`The gateway listens on ${address}. Try:

curl -H 'authorization: Bearer ${acme.token({ version: 'v2' })}' ${address}/orders
curl -H 'authorization: Bearer ${globex.token({ sub: 'bob' })}' ${address}/orders
curl -H 'authorization: Bearer ${acme.token({ version: 'v2' }, { forged: true })}' ${address}/orders
`)
