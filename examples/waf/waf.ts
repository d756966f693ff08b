// A web application firewall as an external check: nginx with ModSecurity and the OWASP Core Rule Set. First it only
// observes, so attacks are counted; then it enforces, so they are refused. Harmless requests pass in both modes.
//
//   npx tsx examples/waf/waf.ts
//
// It needs packages of Debian: apt-get install nginx-light libnginx-mod-http-modsecurity modsecurity-crs
import Fastify from 'fastify'
import versionGateway, { type ExternalCheck, externalChecks } from 'fastify-version-gateway'
import { observeVersions } from 'fastify-version-gateway/observe'
import { startUpstream } from 'fastify-version-gateway/testing'
import { Registry } from 'prom-client'
import { missingPackages, startFirewall } from './nginx.ts'

/** Bytes of each body that the firewall reads. */
const maxBytes = 131_072

const injection = "1' UNION SELECT password FROM users -- "
const upload = new FormData()
upload.set('file', new Blob(['All work and no play makes Jack a dull boy.\n'.repeat(25_000)], { type: 'text/plain' }), 'novel.txt')

const requests: ReadonlyArray<{ name: string, path: string, init?: RequestInit }> = [
  { name: 'a harmless search', path: '/orders?search=blue+shoes' },
  { name: 'a harmless change', path: '/orders/7', init: { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"amount":3}' } },
  { name: 'a harmless upload of 1 MB', path: '/files', init: { method: 'POST', body: upload } },
  { name: 'SQL injection in the query', path: `/orders?id=${encodeURIComponent("1' OR '1'='1' -- ")}` },
  { name: 'SQL injection in a form', path: '/orders', init: { method: 'POST', body: new URLSearchParams({ note: injection }) } },
  {
    name: 'SQL injection in JSON',
    path: '/orders',
    init: { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ note: injection }) }
  }
]

const missing = missingPackages()
if (missing === null) await run()
else {
  console.error(missing)
  process.exitCode = 1
}

async function run (): Promise<void> {
  const firewall = await startFirewall()
  console.log('mode     request                      status  outcome')
  try {
    for (const mode of ['observe', 'enforce'] as const) await tryMode({ name: 'waf', url: firewall.url, body: { maxBytes }, mode })
  } finally {
    await firewall.close()
  }
  console.log()
}

/** Sends all requests through a gateway with this check, and prints how each was counted. */
async function tryMode (check: ExternalCheck): Promise<void> {
  const shop = await startUpstream('shop', {
    listener: (request, response) => { request.resume().on('end', () => response.end()) }
  })
  const metrics = new Registry()
  const app = Fastify()
  await app.register(observeVersions, { register: metrics, path: false })
  await app.register(externalChecks, { checks: [check] })
  await app.register(versionGateway, { versions: { v1: { upstream: shop.origin } }, resolve: { default: 'v1' } })
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))

  let before = await countsOf(metrics)
  for (const { name, path, init } of requests) {
    const response = await fetch(`http://localhost:${port}${path}`, init)
    await response.arrayBuffer()
    // A response can arrive before its end is counted.
    let counts = await countsOf(metrics)
    while (increased(before, counts) === undefined) counts = await countsOf(metrics)
    console.log(`${check.mode}  ${name.padEnd(27)}  ${response.status}     ${increased(before, counts)}`)
    before = counts
  }
  await app.close()
  await shop.close()
}

/** The requests so far, by the outcome of their check. */
async function countsOf (metrics: Registry): Promise<Map<string, number>> {
  const { values } = await metrics.getSingleMetric('version_gateway_external_checks_total')!.get()
  return new Map(values.map(({ labels, value }) => [String(labels.outcome), value]))
}

/** Returns the outcome that was counted since then. */
function increased (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string | undefined {
  return [...after.keys()].find((outcome) => after.get(outcome) !== before.get(outcome))
}
