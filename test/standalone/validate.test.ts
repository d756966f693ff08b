import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { explain } from '../../lib/standalone/commands/explain.ts'
import { validate } from '../../lib/standalone/commands/validate.ts'
import { lines, makeFolder } from '../helpers/config-folder.ts'

async function validated (t: Test, text: string): Promise<string> {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', `versions: { latest: { upstream: 'http://127.0.0.1:1' } }\n${lines(text)}`)
  return await validate(file).catch((error: Error) => error.message)
}

/** Starts a server that counts its connections. */
async function countConnections (t: Test) {
  let connections = 0
  const server = createServer((_request, response) => response.end()).on('connection', () => { connections++ }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections }
}

const admin = 'password: long enough to be one'

for (const [what, text, message] of [
  ['an address of a proxy that is none', 'server: { trustProxy: 10.0.0.0/99 }', /:2:11 server\.trustProxy: .*10\.0\.0\.0\/99.*Write true/],
  ['the same port twice', `server: { port: 9000, host: 0.0.0.0 }\nadmin: { ${admin}, port: 9000 }`, /:3:\d+ admin\.port: 9000 is the port of the gateway/],
  ['metrics and health at the same path', 'metrics: { path: /healthz }', /healthz/],
  ['health twice at the same path', 'health: { live: /h, ready: /h }', /\/h/],
  ['discovery at the path of metrics', 'discovery: { path: /metrics }', /metrics/],
  ['a prefix that is the path of metrics', 'prefix: /metrics', /metrics/],
  ['metrics among the admin pages', `admin: { ${admin}, prefix: /admin }\ndiscovery: { path: /admin/versions }`, /admin/]
] as const) {
  t.test(`validate rejects ${what}, like start`, async (t) => {
    t.match(await validated(t, text), message)
    t.notMatch(await validated(t, text), / is valid/)
  })
}

t.test('the problem for a duplicate route does not contain the value of a variable', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', lines(`
    versions: { latest: { upstream: 'http://127.0.0.1:1' } }
    metrics: { path: "\${HUSHED}" }
    health: { live: "\${HUSHED}" }
  `))
  process.env['HUSHED'] = '/hush-path'
  t.teardown(() => { delete process.env['HUSHED'] })

  const message = await validate(file).catch((error: Error) => error.message)

  t.match(message, /'\$\{HUSHED\}' is taken by /)
  t.notMatch(message, /hush-path/)
})

t.test('validate accepts what start accepts, without network access', async (t) => {
  const text = `
    server: { port: 0, trustProxy: '10.0.0.1, loopback' }
    admin: { ${admin}, port: 0 }
    identity: { providers: [{ name: idp, issuer: 'https://idp.invalid', jwks: { url: 'https://idp.invalid/keys', onReady: require } }] }
  `

  t.match(await validated(t, text), /is valid: latest/)
  t.match(await validated(t, '\nserver: { port: 0 }\naliases: { v1: latest }'), /is valid: latest, v1 -> latest/)
})

t.test('validate and explain do not connect to an issuer', async (t) => {
  const { origin, connections } = await countConnections(t)
  const { write } = await makeFolder(t)
  const providers = ['wait', 'require', 'skip'].map((onReady, index) => `{ name: p${index}, issuer: '${origin}/${index}', jwks: { discovery: true, onReady: ${onReady} } }`)
  const file = await write('gateway.yaml', `versions: { latest: { upstream: '${origin}' } }\nidentity: { providers: [${providers.join(', ')}] }\n`)

  const summary = await validate(file)
  const { outcome } = await explain(file, { header: [], claim: [] })
  // Connections are accepted in the order in which they were opened.
  await fetch(origin)

  t.match(summary, /is valid/)
  t.equal(outcome, 'forwarded')
  t.equal(connections(), 1)
})

t.test('validate does not check the health of targets', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', "versions: { latest: { upstream: { targets: 'http://127.0.0.1:1', health: { active: { path: / } } } } }")

  t.match(await validate(file), /is valid/)
})
