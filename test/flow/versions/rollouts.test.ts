import t, { type Test } from 'tap'
import { accessLog } from '../../../lib/observe/index.ts'
import type { GatewayOptions, RolloutConfig } from '../../../types/index.ts'
import { makeApp, startGateway } from '../../helpers/gateway.ts'
import { observed } from '../../helpers/observed.ts'
import { startUpstream } from '../../helpers/upstream.ts'
import { until } from '../../helpers/until.ts'

const release: RolloutConfig = { name: 'release', from: 'latest', to: 'v2', key: 'header:x-tenant', percent: 10 }
const tenants = Array.from({ length: 60 }, (_, index) => `tenant-${index}`)
const ofTenant = (tenant: string) => ({ headers: { 'x-tenant': tenant } })

async function started (t: Test, change: Partial<RolloutConfig> = {}, overrides: Partial<GatewayOptions> = {}) {
  const gateway = await startGateway(t, { rollouts: [{ ...release, ...change }], ...overrides })
  const servedBy = async (tenant: string) => (await gateway.see('/', ofTenant(tenant))).servedBy
  return {
    ...gateway,
    servedBy,
    async moved () {
      const served = await Promise.all(tenants.map(servedBy))
      return tenants.filter((_, index) => served[index] === 'v2')
    }
  }
}

t.test('36: no tenant leaves the new version while the share rises', async (t) => {
  const { app, moved } = await started(t)
  let before = await moved()

  for (const percent of [20, 50, 100]) {
    app.versions.rollout('release', { percent })
    const after = await moved()
    t.strictSame(before.filter((tenant) => !after.includes(tenant)), [], `${percent} %`)
    before = after
  }

  t.equal(before.length, tenants.length)
})

t.test('a ramp moves tenants when its time has come', async (t) => {
  const clock = { now: 1000 }
  const { servedBy } = await started(t, { percent: 0, ramp: [{ at: 2000, percent: 100 }] }, { registry: { now: () => clock.now } })

  t.equal(await servedBy('acme'), 'latest')
  clock.now = 2000
  t.equal(await servedBy('acme'), 'v2')
})

t.test('the reason header and the explanation name the rollout and the bucket', async (t) => {
  const resolve = { exposeDecision: true }
  const { app, send } = await started(t, { name: 'release-4', percent: 10 }, { resolve })

  const response = await send('/', ofTenant('acme'))
  const { trace, decision } = await app.versions.explain({ url: '/', headers: { 'x-tenant': 'acme' } })

  t.equal(response.headers.get('x-version-reason'), 'tier=default; source=default; rollout=release-4; bucket=6.04; moved=yes; revision=1')
  t.strictSame(decision!.rollout, { name: 'release-4', bucket: 6.04, moved: true })
  t.ok(trace.includes('Rollout release-4 (10 %) moves the caller, whose bucket is 6.04, to v2.'), trace.join('\n'))
})

t.test('responses name the headers that identify the caller in Vary', async (t) => {
  const vary = async (key: RolloutConfig['key']) => {
    const { send } = await started(t, { key }, { resolve: {} })
    const { headers } = await send('/', { headers: { 'x-tenant': 'acme', cookie: 'tenant=acme' } })
    return [headers.get('vary'), headers.get('cache-control')]
  }

  t.strictSame(await vary('header:X-Tenant'), ['x-tenant', null])
  t.strictSame(await vary('cookie:tenant'), ['cookie', null])
  t.strictSame(await vary('claim:tenant'), ['authorization', null])
  t.strictSame(await vary('ip'), [null, 'no-store'])
})

t.test('a function can make the key, and the headers that it reads are in Vary', async (t) => {
  const { app, send } = await started(t, { key: ({ headers }) => headers['x-tenant'] as string | undefined, include: ['acme'] }, { resolve: {} })

  const response = await send('/', ofTenant('acme'))

  t.equal(response.headers.get('api-version'), 'v2')
  t.match(response.headers.get('vary'), /x-tenant/)
  t.match(app.versions.rollouts(), [{ name: 'release', percent: 10 }])
})

t.test('a function that fails, or returns no text, leaves the caller where it is', async (t) => {
  const failing: Array<() => string> = [() => { throw new Error('down') }, () => 7 as unknown as string, (async () => 'acme') as unknown as () => string]

  for (const key of failing) {
    const { send } = await started(t, { key, percent: 100 })
    t.equal((await send('/')).headers.get('api-version'), 'latest')
  }
})

for (const [action, state, served] of [['rollback', 'rolled-back', 'latest'], ['hold', 'held', 'v2']] as const) {
  t.test(`a guard with ${action} stops a rollout whose callers get errors, until a person resumes it`, async (t) => {
    const lines: Array<{ msg?: string, reason?: string }> = []
    const app = makeApp(t, { logger: { level: 'warn', stream: { write: (line: string) => { lines.push(JSON.parse(line) as object) } } } })
    const broken = await startUpstream(t, 'v2', (_request, response) => { response.writeHead(500).end() })
    const latest = await startUpstream(t, 'latest')
    const { send } = await startGateway(t, {
      versions: { latest: { upstream: latest }, v2: { upstream: broken } },
      rollouts: [{ ...release, include: ['acme'], exclude: ['globex'], guard: { minRequests: 5, action } }]
    }, app)
    const stops: unknown[] = []
    app.versions.events.on('rollout-stopped', (event) => stops.push(event))

    for (let i = 0; i < 4; i++) await (await send('/', ofTenant('globex'))).text()
    for (let i = 0; i < 5; i++) await (await send('/', ofTenant('acme'))).text()
    await until(() => stops.length > 0)

    const reason = '5 of 5 requests (100 %) failed in the cohort, 0 of 4 requests (0 %) in the control group; at most 5 % may fail'
    t.strictSame(stops, [{ rollout: 'release', action, reason, cohort: { requests: 5, failed: 5 }, control: { requests: 4, failed: 0 }, revision: 2 }])
    t.match(lines, [{ msg: 'a rollout was stopped by its guard', reason }])
    t.match(app.versions.rollouts(), [{ state, reason }])
    t.equal((await send('/', ofTenant('acme'))).headers.get('api-version'), served)
    app.versions.rollout('release', { state: 'running' })
    t.equal((await send('/', ofTenant('acme'))).headers.get('api-version'), 'v2')
  })
}

t.test('refusals of the gateway do not count as errors of the cohort', async (t) => {
  const [latest, v2] = [await startUpstream(t, 'latest'), await startUpstream(t, 'v2')]
  const versions = { latest: { upstream: latest }, v2: { upstream: { targets: v2, maxRequestBytes: 1 } } }
  const { app, send, see } = await started(t, { percent: 100, guard: { minRequests: 1 } }, { versions })

  const refused = await send('/', { ...ofTenant('acme'), method: 'POST', body: 'too long' })
  await see('/', ofTenant('acme'))
  await until(() => app.versions.rollouts()[0]!.cohort.requests > 0)

  t.equal(refused.status, 413)
  t.match(app.versions.rollouts(), [{ state: 'running', cohort: { requests: 1, failed: 0 } }])
})

t.test('metrics have the share of a rollout, and the requests of both groups', async (t) => {
  const { metricsOf, send } = await observed(t, { rollouts: [{ ...release, include: ['acme'] }] })

  for (const tenant of ['acme', 'acme', '']) await (await send('/', ofTenant(tenant))).text()
  const { value } = await metricsOf(3)

  t.equal(value('version_gateway_rollout_percent', { rollout: 'release' }), 10)
  t.equal(value('version_gateway_rollout_requests_total', { rollout: 'release', group: 'cohort', result: 'succeeded' }), 2)
  t.equal(value('version_gateway_rollout_requests_total', { rollout: 'release', group: 'control', result: 'succeeded' }), 1)
  t.equal(value('version_gateway_rollout_requests_total', { rollout: 'release', group: 'cohort', result: 'failed' }), 0)
})

t.test('the access log names the rollout and the bucket', async (t) => {
  const lines: object[] = []
  const stream = { write: (line: string) => { lines.push(JSON.parse(line) as object) } }
  const app = makeApp(t, { logger: { stream }, disableRequestLogging: true })
  await app.register(accessLog)
  const { send } = await startGateway(t, { rollouts: [{ ...release, name: 'release-4' }] }, app)

  await (await send('/', ofTenant('acme'))).text()
  await until(() => lines.some((line) => 'outcome' in line))

  t.match(lines.find((line) => 'outcome' in line), { version: 'v2', tier: 'default', source: 'default', rollout: 'release-4', bucket: 6.04 })
})

const keys: Array<[key: unknown, version: string]> = [['acme', 'v2'], ['', 'latest'], [null, 'latest'], [undefined, 'latest'], [7, 'latest']]
for (const [key, version] of keys) {
  t.test(`with 100 %, a caller whose key is ${JSON.stringify(key)} is served by ${version}`, async (t) => {
    const { see } = await startGateway(t, {
      resolve: { default: 'latest' }, rollouts: [{ name: 'all', from: 'latest', to: 'v2', percent: 100, key: () => key as string }]
    })

    t.equal((await see('/')).servedBy, version)
  })
}
