import t, { type Test } from 'tap'
import { fromClaim, fromHeader, fromPath } from '../../../lib/index.ts'
import type { CoverageConfig, VersionConfig } from '../../../types/index.ts'
import { startGateway } from '../../helpers/gateway.ts'
import { sendRaw } from '../../helpers/raw.ts'
import { startUpstream } from '../../helpers/upstream.ts'

const billing: CoverageConfig = { path: '/billing', versions: ['v1', 'v3'], fallback: 'floor' }

async function started (
  t: Test, coverage: readonly CoverageConfig[] = [billing], changes: Record<string, Partial<VersionConfig>> = {}
) {
  const ids = ['v1', 'v2', 'v3', 'v4', 'v5']
  const versions = await Promise.all(ids.map(async (id): Promise<[string, VersionConfig]> =>
    [id, { upstream: await startUpstream(t, id), ...changes[id] }]))
  return await startGateway(t, {
    versions: Object.fromEntries(versions),
    coverage,
    resolve: { override: [fromHeader('x-version'), fromPath()], pin: [fromClaim('userMetadata.version')], default: 'v4', exposeDecision: true }
  })
}
const byHeader = (version: string) => ({ headers: { 'x-version': version } })

t.test('the closest earlier version serves a part that the version lacks', async (t) => {
  const { send } = await started(t)
  const served = async (version: string, path: string) => {
    const { headers } = await send(path, byHeader(version))
    return [headers.get('api-version'), headers.get('api-version-requested')]
  }

  t.strictSame(await served('v2', '/billing'), ['v1', 'v2'])
  t.strictSame(await served('v5', '/billing/invoices?a=b'), ['v3', 'v5'])
  t.strictSame(await served('v3', '/billing'), ['v3', null])
  t.strictSame(await served('v5', '/billings'), ['v5', null])
  t.strictSame(await served('v5', '/'), ['v5', null])
})

for (const path of ['/./billing', '/billing/.', '/billing;%2Fx', '/%62illing', '//billing', '/billing;x']) {
  t.test(`a version that lacks /billing does not serve ${path}`, async (t) => {
    const { origin } = await started(t, [{ path: '/billing', versions: ['v1'] }])

    const response = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test'])

    t.match(response, /^HTTP\/1\.1 404 [^]*"ROUTE_NOT_COVERED"/)
  })
}

t.test('a part applies to pins, to the default, and to versions in the path', async (t) => {
  const { send, bearer } = await started(t)

  const [pinned, byDefault, inPath] = [await send('/billing', { headers: bearer('v4') }), await send('/billing'), await send('/v2/billing')]

  t.equal(pinned.headers.get('api-version'), 'v3')
  t.equal(pinned.headers.get('api-version-requested'), 'v4')
  t.match(pinned.headers.get('x-version-reason'), /tier=pin; .*requested=v4; instead-of=v4/)
  t.equal(byDefault.headers.get('api-version'), 'v3')
  t.equal(inPath.headers.get('api-version'), 'v1')
  t.match(await inPath.json(), { servedBy: 'v1', path: '/billing' })
})

t.test('without an earlier version, or with reject, the response is 404, and a later version never serves', async (t) => {
  const { send } = await started(t, [{ ...billing, versions: ['v3'] }, { path: '/reports', versions: ['v1'] }])

  for (const [version, path] of [['v2', '/billing'], ['v2', '/reports/7']] as const) {
    const response = await send(path, byHeader(version))
    t.equal(response.status, 404)
    t.match(await response.json(), { code: 'ROUTE_NOT_COVERED', version, source: 'header:x-version', detail: `Version '${version}' does not have this path.` })
  }
})

t.test('the longest path counts', async (t) => {
  const { see } = await started(t, [billing, { path: '/billing/legacy', versions: ['v1'], fallback: 'floor' }])

  t.equal((await see('/billing/legacy/7', byHeader('v3'))).servedBy, 'v1')
  t.equal((await see('/billing/7', byHeader('v3'))).servedBy, 'v3')
})

t.test('versions that are disabled, retired, hidden or previews do not serve instead', async (t) => {
  for (const change of [{ disabled: true }, { retired: true }, { hidden: true }, { state: 'preview' as const }]) {
    const { see } = await started(t, [billing], { v3: change })
    t.equal((await see('/billing', byHeader('v4'))).servedBy, 'v1')
  }
})

t.test('an explanation says which version serves, and a preflight is never refused', async (t) => {
  const { app, send } = await started(t, [billing, { path: '/reports', versions: ['v1'] }])

  const { decision, trace } = await app.versions.explain({ url: '/billing' })
  const preflight = await send('/reports', { method: 'OPTIONS', headers: { origin: 'https://a.test', 'access-control-request-method': 'GET' } })

  t.match(decision, { id: 'v3', insteadOf: 'v4', tier: 'default' })
  t.ok(trace.includes('v4 does not have this path, so the closest earlier version that has it serves: v3.'), trace.join('\n'))
  t.equal(preflight.status, 200)
})

t.test('usage is that of the version that was asked for, and no event reports a retired default', async (t) => {
  const { app, send } = await started(t)
  const events: unknown[] = []
  for (const name of ['forwarded', 'default-moved'] as const) app.versions.events.on(name, (event: object) => events.push(event))

  await send('/billing')

  t.match(app.versions.usage('v4'), [{ count: 1 }])
  t.strictSame(app.versions.usage('v3'), [])
  t.strictSame(events, [])
})
