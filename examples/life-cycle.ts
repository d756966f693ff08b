// The retirement of a version, step by step, with an injected clock.
//
//   npx tsx examples/life-cycle.ts
//
//   curl -i -H 'x-api-version: v1' localhost:8080/orders  -> 410 VERSION_RETIRED with the successor
//   curl -i localhost:8080/orders                         -> servedBy v2
//   curl localhost:8080/versions                          -> the list of versions
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import versionGateway, { defineVersions, fromHeader, versionDiscovery } from 'fastify-version-gateway'

let today = '2026-06-01'
const app = Fastify()

const versions = defineVersions({
  v1: {
    upstream: await startUpstream('v1'),
    deprecatedAt: '2026-06-01',
    sunsetAt: '2026-12-31',
    successor: 'v2',
    links: { successor: 'https://docs.acme.example/from-v1-to-v2' },
    brownouts: [{ start: '2026-11-02', end: '2026-11-03' }]
  },
  v2: { upstream: await startUpstream('v2') }
}, { aliases: { latest: 'v2' }, now: () => Date.parse(today) })

await app.register(versionGateway, {
  versions,
  resolve: {
    override: [fromHeader('x-api-version')],
    default: 'latest',
    // Names callers by API key. Default: the subject of the token.
    consumer: (request) => request.headers['x-api-key'] as string | undefined
  }
})
await app.register(versionDiscovery)
const address = await app.listen({ port: Number(process.env.PORT ?? 8080) })

versions.events.on('deprecated-use', ({ consumer, version }) => say(`event deprecated-use: ${consumer} uses ${version}`))

await day('2026-06-01', 'v1 is deprecated. It is still served, and its responses announce the deprecation.', async () => {
  const headers = await ask('acme', 'v1')
  for (const name of ['deprecation', 'sunset', 'link']) say(`  ${name}: ${headers.get(name)}`)
})
await day('2026-11-02', 'A brownout: for one day, requests for v1 are refused.', async () => {
  const headers = await ask('acme', 'v1')
  say(`  retry-after: ${headers.get('retry-after')}`)
})
await day('2026-12-20', 'The brownout is over. acme has moved, globex has not.', async () => {
  await ask('acme', 'latest')
  await ask('globex', 'v1')
})
await day('2026-12-31', 'The sunset date. v1 is still served until it is retired. Who still uses it?', async () => {
  for (const { consumer, count, lastSeen } of versions.usage('v1')) {
    say(`usage: ${consumer}, ${count} time(s), the last one on ${lastSeen.toISOString().slice(0, 10)}`)
  }
  try {
    versions.retire('v1')
  } catch (error) {
    say(`retire: ${(error as Error).message}`)
  }
  versions.retire('v1', { force: true, reason: 'globex has been notified' })
  say('retire, with force: done')
  await ask('globex', 'v1')
})

console.log(`The gateway listens on ${address}. Try:

curl -i -H 'x-api-version: v1' ${address}/orders
curl -i ${address}/orders
curl ${address}/versions
`)

/** Sets the clock and runs the steps of a day. */
async function day (date: string, title: string, happens: () => Promise<void>): Promise<void> {
  today = date
  console.log(`${date}  ${title}`)
  await happens()
  console.log()
}

function say (line: string): void {
  console.log(`            ${line}`)
}

/** Sends a client's request. @returns the response headers */
async function ask (key: string, version: string): Promise<Headers> {
  const response = await fetch(`${address}/orders`, { headers: { 'x-api-key': key, 'x-api-version': version } })
  const { code, servedBy } = await response.json() as { code?: string, servedBy?: string }
  say(`${key} asks for ${version}: ${servedBy === undefined ? `${response.status} ${code}` : `served by ${servedBy}`}`)
  return response.headers
}

/** Stands for one of your clusters. It responds with its name. */
async function startUpstream (servedBy: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ servedBy }) + '\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
