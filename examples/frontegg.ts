// Versions from the tokens of a real identity provider: a remote JWKS and a nested claim. The issuer here
// is local, with tokens in the format of Frontegg. For Frontegg itself, set `issuer` and `jwks.url` to
// https://<your-host>.frontegg.com and https://<your-host>.frontegg.com/.well-known/jwks.json.
//
//   npx tsx examples/frontegg.ts
//
//   curl -H 'authorization: Bearer <token of Alice>' localhost:8080/orders  -> servedBy v2, and the upstream
//                                                                              sees x-target-version: v2, x-tenant-id: acme
//   curl -H 'x-tenant-id: other' localhost:8080/orders                      -> servedBy latest, without x-tenant-id
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import versionGateway, { fromClaim, fromHeader } from 'fastify-version-gateway'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const frontegg = await listen((_request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'environment-key', use: 'sig', alg: 'RS256' }] }))
})

const app = Fastify()

await app.register(versionGateway, {
  versions: {
    latest: { upstream: await startUpstream('latest') },
    v2: { upstream: await startUpstream('v2') }
  },
  identity: {
    providers: [{
      name: 'frontegg',
      issuer: 'https://acme.frontegg.com',
      audiences: ['environment-id'],
      jwks: { url: `${frontegg}/.well-known/jwks.json` },
      claimsToHeaders: [
        { claim: 'userMetadata.version', header: 'x-target-version' },
        { claim: 'tenantId', header: 'x-tenant-id' }
      ]
    }]
  },
  resolve: {
    override: [fromHeader('x-version-override')],
    pin: [fromClaim('userMetadata.version')],
    default: 'latest'
  }
})

const address = await app.listen({ port: Number(process.env.PORT ?? 8080) })
const now = Math.floor(Date.now() / 1000)
const alice = signToken({
  sub: 'client-id',
  name: 'Alice',
  email: 'alice@acme.io',
  userMetadata: { version: 'v2' },
  tenantId: 'acme',
  roles: ['Admin'],
  userId: 'alice-user-id',
  iss: 'https://acme.frontegg.com',
  aud: 'environment-id',
  iat: now,
  exp: now + 86_400
})
console.log(`The gateway listens on ${address}. Try:

curl -H 'authorization: Bearer ${alice}' ${address}/orders
curl -H 'x-tenant-id: other' ${address}/orders
`)

/** Stands for Frontegg. */
function signToken (claims: object): string {
  const header = { alg: 'RS256', typ: 'JWT', kid: 'environment-key' }
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
}

/** Stands for one of your clusters. It responds with its name and the request that it received. */
async function startUpstream (servedBy: string): Promise<string> {
  return await listen(({ method, url, headers }, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ servedBy, method, path: url, headers }, null, 2) + '\n')
  })
}

async function listen (listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
