import t, { type Test } from 'tap'
import { gatewayHealth } from '../../lib/observe/index.ts'
import type { HealthOptions } from '../../types/observe.ts'
import type { RemoteKeysOptions } from '../../types/index.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, type Respond, startJwksServer } from '../helpers/jwks-server.ts'
import { run } from '../helpers/standalone.ts'
import { deadOrigin, startUpstream } from '../helpers/upstream.ts'

const issuer = makeIssuer()
const good = respondWith({ keys: [issuer.jwk] })

async function ready (
  t: Test, servers: Record<string, Respond>, options: HealthOptions = {}, jwks: RemoteKeysOptions = {}, app = makeApp(t)
) {
  await app.register(gatewayHealth, options)
  const providers = await Promise.all(Object.entries(servers).map(async ([name, first]) =>
    issuer.provider({ name, issuer: `https://${name}.test`, jwks: { url: (await startJwksServer(t, first)).url, ...jwks } })))
  const { send } = await startGateway(t, { identity: { providers }, resolve: {} }, app)
  return async () => {
    const response = await send('/readyz')
    return { ...await response.json() as { checks: object, keys: object }, status: response.status }
  }
}

const down = respondWith('', 500)
const some = { up: good, down }
const rows: Array<[title: string, servers: Record<string, Respond>, requireKeys: HealthOptions['requireKeys'], status: number]> = [
  ['by default, with one provider up', some, undefined, 200],
  ['any, with one provider up', some, 'any', 200],
  ['all, with one provider up', some, 'all', 503],
  ['none, with one provider up', some, 'none', 200],
  ['the one that is up', some, ['up'], 200],
  ['the one that is down', some, ['down'], 503],
  ['both by name', some, ['up', 'down'], 503],
  ['any, with all down', { down }, 'any', 503],
  ['none, with all down', { down }, 'none', 200],
  ['all, with all up', { up: good }, 'all', 200],
  ['any, without providers', {}, 'any', 200],
  ['all, without providers', {}, 'all', 200]
]
for (const [title, servers, requireKeys, status] of rows) {
  t.test(`readiness with requireKeys ${title} is ${status}`, async (t) => {
    const send = await ready(t, servers, requireKeys === undefined ? {} : { requireKeys })

    t.match(await send(), {
      status,
      checks: { keys: status === 200 },
      keys: {
        available: 'up' in servers ? ['up'] : [], missing: 'down' in servers ? ['down'] : []
      }
    })
  })
}

t.test('with onReady: \'skip\', available keys make the gateway ready without a token', async (t) => {
  const send = await ready(t, { up: good }, {}, { onReady: 'skip' })

  let { status } = await send()
  while (status !== 200) ({ status } = await send())

  t.equal(status, 200)
})

t.test('the keys of all providers are fetched in parallel, and a slow provider does not abort the start', async (t) => {
  const waiting: Array<() => void> = []
  const together: Respond = (request, response) => {
    // No fetch gets a response before both have started.
    waiting.push(() => good(request, response))
    if (waiting.length === 2) for (const respond of waiting) respond()
  }
  const both = await ready(t, { a: together, b: together }, { requireKeys: 'all' })
  const slow = await ready(t, { slow: () => {}, up: good }, {}, { timeoutMs: 600_000 }, makeApp(t, { pluginTimeout: 250 }))

  t.match(await both(), { status: 200 })
  t.match(await slow(), { status: 200, keys: { available: ['up'], missing: ['slow'] } })
})

t.test('the error for a required provider that is too slow names it', async (t) => {
  const app = makeApp(t, { pluginTimeout: 250 })

  await t.rejects(ready(t, { slow: () => {} }, {}, { timeoutMs: 600_000, onReady: 'require' }, app),
    { code: 'KEYS_UNAVAILABLE', cause: { message: /keys of slow: .*pluginTimeout/ } })
})

t.test('an unknown provider name is rejected at boot', async (t) => {
  await t.rejects(ready(t, some, { requireKeys: ['upp'] }), { message: /- requireKeys\[0\]: 'upp' is not the name of a provider\. Known: up, down/ })
})

t.test('a config file can specify which providers must have keys', async (t) => {
  const upstream = await startUpstream(t, 'v1')
  const { origin } = await run(t, `server: { port: 0, log: silent }
versions: { v1: { upstream: '${upstream}' } }
resolve: { default: v1 }
health: { requireKeys: [up] }
identity: { providers: [
  { name: up, issuer: 'https://up.test', jwks: { keys: [${JSON.stringify(issuer.jwk)}] } },
  { name: down, issuer: 'https://down.test', jwks: { url: '${await deadOrigin()}/keys' } }] }`)

  const response = await fetch(`${origin}/readyz`)

  t.match([response.status, await response.json()], [200, { keys: { available: ['up'], missing: ['down'] } }])
})

t.test('a provider whose keys are looked up is ready before its first token', async (t) => {
  const app = makeApp(t)
  await app.register(gatewayHealth, { requireKeys: 'all' })
  const provider = issuer.provider({ name: 'looked-up', jwks: { getKey: () => issuer.jwk } })
  const { send } = await startGateway(t, { identity: { providers: [provider] }, resolve: {} }, app)

  const response = await send('/readyz')

  t.match(await response.json(), { status: 'ready', keys: { available: ['looked-up'], missing: [] } })
})
