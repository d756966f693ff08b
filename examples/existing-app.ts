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
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import httpProxy from '@fastify/http-proxy'
import fastifyJwt, { type TokenOrHeader } from '@fastify/jwt'
import Fastify, { type FastifyRequest } from 'fastify'
import {
  defineVersions, fromClaim, fromFastifyJwt, fromHeader, httpProxyOptions, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity
} from 'fastify-version-gateway'
import buildGetJwks from 'get-jwks'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const issuer = await startIssuer()
const app = Fastify()

// What the app already has: a hook for every request, @fastify/jwt, and a function for routes that need a user.
app.addHook('onRequest', async (request, reply) => { reply.header('x-request-id', request.id) })
const getJwks = buildGetJwks({ issuersWhitelist: [issuer] })
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
  latest: { upstream: await startUpstream('latest') },
  v2: { upstream: await startUpstream('v2') }
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
const token = signToken({ iss: issuer, sub: 'alice', version: 'v2', exp: Math.floor(Date.now() / 1000) + 86_400 })
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

/** Stands for the token issuer. It publishes its key. */
async function startIssuer (): Promise<string> {
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'key', alg: 'ES256', use: 'sig' }]
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys })))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function signToken (claims: object): string {
  const input = [{ alg: 'ES256', kid: 'key' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

/** Stands for one of your clusters. It responds with its name and the request that it received. */
async function startUpstream (servedBy: string): Promise<string> {
  const server = createServer(({ method, url, headers }, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ servedBy, method, path: url, headers }, null, 2) + '\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
