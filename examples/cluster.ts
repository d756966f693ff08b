// One process per core, all on the same port.
//
//   npx tsx examples/cluster.ts            one worker per core
//   npx tsx examples/cluster.ts 8          eight workers
//
// Each worker is a complete gateway with its own connections and token cache. Workers share nothing and never wait for
// each other. Only the issuer would notice their number, so the primary fetches its keys once for all workers.
//
// Ctrl-C or SIGTERM: the workers accept no new connections, complete the requests in flight, and exit.
import cluster from 'node:cluster'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { availableParallelism } from 'node:os'
import Fastify from 'fastify'
import versionGateway, { fromClaim, fromHeader } from 'fastify-version-gateway'
import { audience, issuer, startIssuer } from './demo/local-issuer.ts'

if (cluster.isPrimary) await startPrimary(Number(process.argv[2] ?? availableParallelism()))
else await startWorker(process.env)

async function startPrimary (workers: number): Promise<void> {
  const tokens = await startIssuer()
  const keys = relay(tokens.jwksUrl)
  const env = {
    PORT: process.env.PORT ?? '8080',
    JWKS_URL: await listen(keys.listener),
    LATEST: await listen(upstream('latest')),
    V2: await listen(upstream('v2'))
  }
  let isClosing = false
  for (let count = 0; count < workers; count++) cluster.fork(env)

  cluster.on('exit', (_worker, code) => {
    if (isClosing) {
      if (Object.keys(cluster.workers!).length === 0) process.exit(0)
      return
    }
    console.error(`A worker ended with ${code}; another one takes its place.`)
    // Wait, because the cause of a crash at startup would affect the next worker, too.
    setTimeout(() => { if (!isClosing) cluster.fork(env) }, 1_000)
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      isClosing = true
      for (const worker of Object.values(cluster.workers!)) worker!.send('close')
    })
  }

  const address = await allListening(workers)
  console.log(`${workers} workers listen on ${address}. The issuer was asked for its keys ${keys.fetches()} time(s). Try:

curl ${address}/orders
curl -H 'authorization: Bearer ${tokens.token({ version: 'v2' })}' ${address}/orders
`)
}

async function startWorker ({ PORT, JWKS_URL, LATEST, V2 }: NodeJS.ProcessEnv): Promise<void> {
  const app = Fastify()
  await app.register(versionGateway, {
    versions: { latest: { upstream: LATEST! }, v2: { upstream: V2! } },
    identity: {
      providers: [{ name: 'tenant-idp', issuer, audiences: [audience], jwks: { url: JWKS_URL! }, claimsToHeaders: [{ claim: 'version', header: 'x-target-version' }] }]
    },
    resolve: { override: [fromHeader('x-version-override')], pin: [fromClaim('version')], default: 'latest' }
  })
  // The primary notifies the workers. A terminal sends Ctrl-C to all processes at once.
  process.on('SIGINT', () => {})
  process.on('disconnect', () => process.exit(1))
  process.on('message', async () => {
    await app.close()
    process.exit(0)
  })
  await app.listen({ port: Number(PORT), host: '127.0.0.1' })
}

/** Serves a key set to the workers: one fetch per ten seconds, and the last good response while fetches fail. */
function relay (url: string): { listener: RequestListener, fetches (): number } {
  let fetches = 0
  let fetchedAt = -Infinity
  let keys: Promise<string> = Promise.resolve('')
  const fetchKeys = async (before: Promise<string>): Promise<string> => {
    fetches++
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
      if (!response.ok) throw new Error(`the issuer responded with ${response.status}`)
      return await response.text()
    } catch (error) {
      console.error('The keys could not be fetched:', error)
      return await before
    }
  }
  return {
    fetches: () => fetches,
    async listener (_request, response) {
      if (performance.now() - fetchedAt > 10_000) {
        fetchedAt = performance.now()
        keys = fetchKeys(keys)
      }
      const body = await keys
      response.writeHead(body === '' ? 503 : 200, { 'content-type': 'application/json' }).end(body)
    }
  }
}

/** @returns the address of the gateway, once all workers listen */
async function allListening (workers: number): Promise<string> {
  let port = 0
  for (let count = 0; count < workers; count++) [, { port }] = await once(cluster, 'listening') as [unknown, AddressInfo]
  return `http://127.0.0.1:${port}`
}

/** Stands for one of your clusters. */
function upstream (servedBy: string): RequestListener {
  return (request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ servedBy, path: request.url }) + '\n')
  }
}

async function listen (listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
