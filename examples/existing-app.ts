// The four stages, registered one by one in an app that already verifies tokens with @fastify/jwt and get-jwks, forwards with
// @fastify/http-proxy, and has its own routes and hooks.
//
//   npx tsx examples/existing-app.ts
//
//   curl localhost:8080/healthz                                 -> ok, for any version or token
//   curl localhost:8080/whoami                                  -> a route of the app that knows the version
//   curl localhost:8080/api/orders                              -> servedBy latest, path /orders
//   curl -H 'x-version-override: v2' localhost:8080/api/orders  -> servedBy v2
//   curl localhost:8080/partners/orders                         -> servedBy latest, through @fastify/http-proxy
import httpProxy from '@fastify/http-proxy'
import fastifyJwt, { type TokenOrHeader } from '@fastify/jwt'
import Fastify, { type FastifyRequest } from 'fastify'
import {
  defineVersions, fromClaim, fromFastifyJwt, fromHeader, httpProxyOptions, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity
} from 'fastify-version-gateway'
// The test kit stands for the token issuer and the clusters. An upstream responds with the request that it has received.
import { startIssuer, startUpstream } from 'fastify-version-gateway/testing'
import buildGetJwks from 'get-jwks'

const issuer = await startIssuer()
const app = Fastify()

// What the app already has: a hook for every request, @fastify/jwt, and a function for routes that need a user.
app.addHook('onRequest', async (request, reply) => { reply.header('x-request-id', request.id) })
const getJwks = buildGetJwks({ issuersWhitelist: [issuer.issuer] })
await app.register(fastifyJwt, {
  decode: { complete: true },
  secret: async (_request: FastifyRequest, token: TokenOrHeader) => {
    const { header: { kid, alg }, payload: { iss } } = token as { header: { kid: string, alg: string }, payload: { iss: string } }
    return await getJwks.getPublicKey({ kid, alg, domain: iss })
  }
})
const authenticate = async (request: FastifyRequest) => { await request.jwtVerify() }

// The ids are typed: { default: 'v3' } below does not compile.
const versions = defineVersions({
  latest: { upstream: (await startUpstream('latest')).origin },
  v2: { upstream: (await startUpstream('v2')).origin }
})

await app.register(sanitizeHeaders, { owned: ['x-user-*'] })
// The gateway verifies tokens with the app's own @fastify/jwt, before it decides the version.
await app.register(verifyIdentity, {
  from: fromFastifyJwt({ claimsToHeaders: [{ claim: 'sub', header: 'x-user-id' }] })
})
await app.register(resolveVersion, {
  versions,
  override: [fromHeader('x-version-override')],
  pin: [fromClaim('version')],
  default: 'latest'
})

// A neutral route: no version is resolved for it, and its token is not read.
app.get('/healthz', { config: { version: false, identity: false } }, async () => 'ok\n')
// A versioned route that the app handles itself.
app.get('/whoami', async ({ identity, version }) => ({ sub: identity?.claims.sub ?? null, version }))
// A route that verifies the token itself, as before.
app.get('/me', { onRequest: [authenticate] }, async ({ user, version }) => ({ user, version: version?.id }))
// All other requests below /api are forwarded to the cluster of their version.
await app.register(proxyVersions, { versions, prefix: '/api' })
// Those below /partners are still forwarded by @fastify/http-proxy, now by version.
await app.register(httpProxy, { prefix: '/partners', ...httpProxyOptions(versions) })

const address = await app.listen({ port: Number(process.env.PORT ?? 8080) })
const token = issuer.token({ sub: 'alice', version: 'v2' }, { expiresIn: 86_400 })
console.log(`The app listens on ${address}. Try:

curl ${address}/healthz
curl ${address}/whoami
curl ${address}/api/orders
curl -H 'x-version-override: v2' ${address}/api/orders
curl -H 'authorization: Bearer ${token}' ${address}/whoami
curl -H 'authorization: Bearer ${token}' ${address}/api/orders
curl -H 'authorization: Bearer ${token}' ${address}/me
curl -H 'authorization: Bearer ${token}' ${address}/partners/orders
`)
