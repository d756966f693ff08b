// Copies of requests for v3 go to v4, and the responses are compared.
//
//   npx tsx examples/shadow.ts
//
//   curl localhost:8080/orders  -> the response of v3
//   curl localhost:8080/shadow  -> v4 differs from v3 in 100 % of GET /orders, at /items/1/price
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import versionGateway from 'fastify-version-gateway'

const app = Fastify()

app.get('/shadow', { config: { version: false, identity: false } }, async () => app.versions.shadow().flatMap(({ from, to, places }) =>
  places.map(({ method, route, at, share }) => `${to} differs from ${from} in ${share * 100} % of ${method} ${route}, at ${at}`)))

await app.register(versionGateway, {
  versions: {
    v3: { upstream: await startUpstream([10, 20]) },
    // The new version rounds some prices.
    v4: { upstream: await startUpstream([10, 19.99]) }
  },
  mirrors: [{
    name: 'next',
    from: 'v3',
    version: 'v4',
    // The second copy, to v3, shows that ids differ from request to request.
    compare: { control: true }
  }],
  resolve: { default: 'v3' }
})

const address = await app.listen({ port: Number(process.env.PORT ?? 8080) })

app.versions.events.on('shadow-differs', ({ method, route, differences }) => {
  console.log(`${method} ${route} differs: ${differences.map(({ at, kind }) => `${kind} at ${at}`).join(', ')}`)
})
const compared = once(app.versions.events, 'shadow-compared')
await (await fetch(`${address}/orders`)).text()
await compared

console.log(`The gateway listens on ${address}. Try:

curl ${address}/orders
curl ${address}/shadow
`)

/** Stands for one of your clusters. It responds with orders. */
async function startUpstream (prices: readonly number[]): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ id: crypto.randomUUID(), items: prices.map((price) => ({ price })) }) + '\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
