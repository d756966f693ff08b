import { once } from 'node:events'
import { AggregatorRegistry, Registry } from 'prom-client'
import t from 'tap'
import { fromClaim, fromHeader } from '../../lib/index.ts'
import { observeVersions } from '../../lib/observe/index.ts'
import { IdentityResults } from '../../lib/observe/identity-results.ts'
import type { Observation } from '../../lib/stage/observation.ts'
import { makeApp } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, startJwksServer } from '../helpers/jwks-server.ts'
import { scrape } from '../helpers/metrics.ts'
import { singleVersion, observed, requests } from '../helpers/observed.ts'
import { startSwitching, upgrade } from '../helpers/upgrades.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('use of deprecated versions and of versions in a brownout is counted by version', async (t) => {
  const upstream = await startUpstream(t, 'v1')
  const [before, after] = [new Date(Date.now() - 86_400_000), new Date(Date.now() + 86_400_000)]
  const { metricsOf, send } = await observed(t, {
    versions: {
      v1: { upstream, deprecatedAt: before, sunsetAt: after, brownouts: [{ start: before, end: after, exempt: ({ url }) => url === '/exempt' }] },
      v2: { upstream, deprecatedAt: before }
    },
    resolve: { override: [fromHeader('x-version-override')], pin: [fromClaim('version')], default: 'v2' }
  })

  await send('/a')
  await send('/exempt', { headers: { 'x-version-override': 'v1' } })
  await send('/a', { headers: { 'x-version-override': 'v1' } })
  await send('/a', { headers: { 'x-version-override': 'v1' } })
  const { value } = await metricsOf(4)

  t.equal(value('version_gateway_deprecated_requests_total', { version: 'v2' }), 1)
  t.equal(value('version_gateway_deprecated_requests_total', { version: 'v1' }), 1)
  t.equal(value('version_gateway_brownout_requests_total', { version: 'v1', refused: 'true' }), 2)
  t.equal(value(requests, { version: 'v1', cause: 'VERSION_BROWNOUT' }), 2)
  t.equal(value('version_gateway_version_sunset_timestamp_seconds', { version: 'v1' }), after.getTime() / 1000)
})

t.test('the registry revision and rejected changes are reported', async (t) => {
  const { origin, app } = await observed(t)
  const { revision } = app.versions

  app.versions.disable('v2')
  t.throws(() => app.versions.update({ versions: {} }))
  const { value } = await scrape(origin)

  t.equal(value('version_gateway_registry_revision'), revision + 1)
  t.equal(value('version_gateway_registry_rejected_total'), 1)
  t.equal(value('version_gateway_version_info', { version: 'v2', state: 'active', disabled: 'true' }), 1)
})

t.test('labels contain no path, caller, token or unknown version', async (t) => {
  const { metricsOf, send, bearer } = await observed(t)

  await send('/secret-path?token=secret-query', { headers: { ...bearer('v2'), 'x-request-id': 'secret-id' } })
  await send('/', { headers: { 'x-version-override': 'made-up-version' } })
  const { text } = await metricsOf(2)

  t.notMatch(text, /secret|alice|made-up-version|eyJ/)
})

t.test('metrics can use the app\'s registry and a prefix, and can be exposed elsewhere', async (t) => {
  const register = new Registry()
  const { origin, send } = await observed(t, {}, { register, prefix: 'api_', path: false })

  await send('/a')

  t.match(await register.metrics(), /^api_requests_total\{version="latest"/m)
  t.doesNotThrow(() => register.resetMetrics())
  const metered = await observed(t, {}, { register: new Registry() })
  t.notMatch((await scrape(metered.origin)).text, /process_cpu/, 'the app has those of the process itself')
  t.equal((await fetch(`${origin}/metrics`)).status, 200, 'it is forwarded like every path')
})

t.test('process metrics are included unless a registry is passed', async (t) => {
  const { origin } = await observed(t)

  const { response, text } = await scrape(origin)

  t.match(response.headers.get('content-type'), 'text/plain')
  t.equal(response.headers.get('cache-control'), 'no-store')
  t.match(text, /^process_cpu_user_seconds_total /m)
})

t.test('requests are counted in an observed app without a gateway', async (t) => {
  const app = makeApp(t)
  await app.register(observeVersions)
  app.get('/own', async () => 'own')
  await app.listen({ port: 0, host: '127.0.0.1' })
  const origin = app.listeningOrigin

  await fetch(`${origin}/own`)
  const { value } = await scrape(origin)

  t.equal(value(requests, { version: '', tier: 'none', outcome: 'served' }), 1)
  t.equal(value('version_gateway_registry_revision'), undefined)
})

t.test('upgraded connections are reported while open, and counted as served when they close', async (t) => {
  const switching = await startSwitching(t)
  const { origin } = await observed(t, singleVersion({ targets: switching.origin, upgrades: { protocols: ['acme'] } }))

  const { socket } = await upgrade(t, origin)
  const open = await scrape(origin)
  socket.write('twelve bytes')
  const last = await switching.last()
  await once(last.socket, 'data')
  last.socket.write('and back')
  await once(socket, 'data')
  last.socket.destroy()
  let after = await scrape(origin)
  while (after.value(requests, { status: '1xx' }) === undefined) after = await scrape(origin)

  t.equal(open.value('version_gateway_websockets_open', { version: 'latest' }), 1)
  t.equal(after.value('version_gateway_websockets_open', { version: 'latest' }), 0)
  t.equal(after.value(requests, { version: 'latest', status: '1xx', outcome: 'served' }), 1)
})

t.test('fetched keys have an age metric, and their fetches are counted', async (t) => {
  const issuer = makeIssuer()
  const { url } = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const { metricsOf } = await observed(t, { identity: { providers: [issuer.provider({ jwks: { url } })] }, resolve: {} })

  const { value } = await metricsOf(0)

  t.equal(value('version_gateway_jwks_keys', { provider: 'test-idp' }), 1)
  t.ok(value('version_gateway_jwks_age_seconds', { provider: 'test-idp' })! < 60)
  t.equal(value('version_gateway_jwks_fetches_total', { provider: 'test-idp', result: 'succeeded' }), 1)
})

t.test('at most a thousand reasons for refusals are kept, and further ones count as other', async (t) => {
  const results = new IdentityResults()
  const refused = (provider: string) => results.add({
    request: {}, refusal: { code: 'TOKEN_INVALID', provider, members: { check: 'audience' } }
  } as unknown as Observation)

  for (let index = 0; index < 2_001; index++) refused(`provider ${index}`)
  results.add({ request: {}, refusal: { code: 'TOKEN_MISSING' } } as unknown as Observation)

  const values = results.values()
  t.equal(values.length, 1001)
  t.equal(values.find(({ labels }) => labels.reason === 'other')?.value, 1002)
})

t.test('when metrics of several processes are aggregated, counts are summed and states are not', async (t) => {
  const register = new Registry()
  await observed(t, {}, { register })
  const json = await register.getMetricsAsJSON()

  const together = await AggregatorRegistry.aggregate([json, json]).metrics()

  t.match(together, /^version_gateway_registry_revision 1$/m)
  t.match(together, /^version_gateway_upstream_healthy\{version="v2".*\} 1$/m)
  t.match(together, /^version_gateway_upstream_pending\{version="v2".*\} 0$/m)
  t.match(json.find(({ name }) => name === 'version_gateway_upstream_pending'), { aggregator: 'sum' })
})
