// Two custom resolvers: a synchronous one that reads the host, and an asynchronous one that queries a store.
//
//   npx tsx examples/custom-resolver.ts
//
//   curl localhost:8080/orders                             -> servedBy latest
//   curl -H 'host: v2.api.example' localhost:8080/orders   -> servedBy v2
//   curl -H 'x-api-key: acme' localhost:8080/orders        -> servedBy v2: the store pins acme to it
//   curl -H 'x-api-key: broken' localhost:8080/orders      -> 503: the store fails, and there is no fallback
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import versionGateway, { type VersionResolver } from 'fastify-version-gateway'

const byHost: VersionResolver = {
  name: 'host',
  readsHeaders: ['host'],
  // undefined means no opinion: the next resolver is asked.
  resolve: (request) => request.hostname.startsWith('v2.') ? 'v2' : undefined
}

const byTenant: VersionResolver = {
  name: 'tenant',
  timeoutMs: 100,
  resolve: async (request) => await versionOfTenant(request.headers['x-api-key'])
}

const app = Fastify()

await app.register(versionGateway, {
  versions: {
    latest: { upstream: await startUpstream('latest') },
    v2: { upstream: await startUpstream('v2') }
  },
  resolve: {
    override: [byHost],
    pin: [byTenant],
    default: 'latest'
  }
})

const address = await app.listen({ port: Number(process.env.PORT ?? 8080) })
console.log(`The gateway listens on ${address}. Try:

curl ${address}/orders
curl -H 'host: v2.api.example' ${address}/orders
curl -H 'x-api-key: acme' ${address}/orders
curl -i -H 'x-api-key: broken' ${address}/orders
`)

/** Stands for your database or tenant service. */
async function versionOfTenant (apiKey: unknown): Promise<string | undefined> {
  if (apiKey === 'broken') throw new Error('the store is down')
  return apiKey === 'acme' ? 'v2' : undefined
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
