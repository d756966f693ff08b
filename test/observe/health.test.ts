import t, { type Test } from 'tap'
import { gatewayHealth } from '../../lib/observe/index.ts'
import type { HealthOptions } from '../../types/observe.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { deadOrigin, startUpstream } from '../helpers/upstream.ts'

async function withHealth (t: Test, overrides: Partial<GatewayOptions> = {}, options: HealthOptions = {}) {
  const app = makeApp(t)
  await app.register(gatewayHealth, options)
  const gateway = await startGateway(t, overrides, app)
  const ready = async () => {
    const response = await gateway.send('/readyz')
    return { ...await response.json() as { checks: Record<string, boolean> }, status: response.status }
  }
  return { ...gateway, ready }
}

t.test('a running gateway is alive and ready', async (t) => {
  const { send, ready } = await withHealth(t)

  const response = await send('/healthz')

  t.equal(response.status, 200)
  t.equal(response.headers.get('cache-control'), 'no-store')
  t.strictSame(await response.json(), { status: 'alive' })
  t.match(await ready(), { status: 200, checks: { accepting: true, keys: true } })
})

t.test('health routes need neither a token nor a version, and their paths are configurable', async (t) => {
  const { send } = await withHealth(t, { resolve: { default: 'required' } }, { live: '/alive', ready: '/ready' })

  const response = await send('/alive', { headers: { authorization: 'Bearer bad' } })

  t.equal(response.status, 200)
  t.equal((await send('/healthz')).status, 400, 'all else is the gateway\'s')
})

t.test('a gateway without keys of a provider is alive but not ready', async (t) => {
  const url = `${await deadOrigin()}/jwks`
  const { send, ready } = await withHealth(t, { identity: { providers: [makeIssuer().provider({ jwks: { url } })] }, resolve: { default: 'latest' } })

  t.equal((await send('/healthz')).status, 200)
  t.match(await ready(), { status: 503, checks: { accepting: true, keys: false } })
})

t.test('a draining gateway still serves requests but is not ready', async (t) => {
  const { send, ready } = await withHealth(t, {}, { isDraining: () => true })

  t.match(await ready(), { status: 503, checks: { accepting: false } })
  t.equal((await send('/a')).status, 200)
})

t.test('unhealthy targets affect readiness only if configured, and only those of enabled versions', async (t) => {
  const [upstream, dead] = [await startUpstream(t, 'v1'), await deadOrigin()]
  const unhealthy = { targets: dead, health: { passive: { failures: 1 } } }
  const options = { versions: { latest: { upstream }, v2: { upstream: unhealthy } } }
  const lenient = await withHealth(t, options)
  const strict = await withHealth(t, options, { needsHealthyTargets: true })
  for (const { send } of [lenient, strict]) await send('/a', { headers: { 'x-version-override': 'v2' } })

  t.match(await lenient.ready(), { status: 200 })
  t.match(await strict.ready(), { status: 503, checks: { upstreams: false } })
  strict.app.versions.disable('v2')
  t.match(await strict.ready(), { status: 200, checks: { upstreams: true } })
})

t.test('an app without a gateway is ready', async (t) => {
  const app = makeApp(t)
  await app.register(gatewayHealth)

  t.equal((await app.inject('/readyz')).statusCode, 200)
})

t.test('an app that is closing is not ready', async (t) => {
  const app = makeApp(t, { return503OnClosing: false })
  await app.register(gatewayHealth)
  let response: { statusCode: number, body: string } | undefined
  app.addHook('onClose', async () => { response = await app.inject('/readyz') })
  await app.ready()

  await app.close()

  t.match(response, { statusCode: 503, body: /"accepting":false/ })
})
