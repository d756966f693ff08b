// The gateway in twenty lines, with two upstreams to try it on.
//
//   npx tsx examples/quickstart.ts
//
//   curl localhost:8080/orders                              -> servedBy latest
//   curl -H 'x-version-override: v2' localhost:8080/orders  -> servedBy v2
//   curl -H 'x-version-override: v9' localhost:8080/orders  -> 400 VERSION_UNKNOWN
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import versionGateway, { fromHeader } from 'fastify-version-gateway'

const app = Fastify()

await app.register(versionGateway, {
  versions: {
    latest: { upstream: await startUpstream('latest') },
    v2: { upstream: await startUpstream('v2') }
  },
  resolve: {
    override: [fromHeader('x-version-override')],
    default: 'latest'
  }
})

const address = await app.listen({ port: Number(process.env.PORT ?? 8080) })
console.log(`The gateway listens on ${address}. Try:

curl ${address}/orders
curl -H 'x-version-override: v2' ${address}/orders
curl -i -H 'x-version-override: v9' ${address}/orders
`)

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
