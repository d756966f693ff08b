import t from 'tap'
import { fromClaim, fromHeader, fromTenantMap } from '../../../lib/index.ts'
import { readClaim } from '../../../lib/identity/claim-path.ts'
import type { TenantMapOptions } from '../../../types/index.ts'
import { startGateway } from '../../helpers/gateway.ts'
import { issuer as issuerUrl, makeIssuer } from '../../helpers/issuer.ts'
import { run } from '../../helpers/standalone.ts'
import { startUpstream } from '../../helpers/upstream.ts'

const issuer = makeIssuer()

const ids: Array<[id: unknown, outcome: string]> = [
  ['acme', '200 v2'], [42, '200 v2'], ['42', '200 v2'], [undefined, '200 v1'], [null, '200 v1'], ['other', '200 v1'], [43, '200 v1'],
  [true, '503 PINNED_VERSION_INVALID'], [false, '503 PINNED_VERSION_INVALID'], [['acme'], '503 PINNED_VERSION_INVALID'],
  [[], '503 PINNED_VERSION_INVALID'], [{ id: 'acme' }, '503 PINNED_VERSION_INVALID']
]

t.test('a tenant id in a config file is a string or number, and anything else is refused', async (t) => {
  const upstream = await startUpstream(t, 'v1')
  const { origin } = await run(t, `server: { port: 0, log: silent }
versions: { v1: { upstream: '${upstream}' }, v2: { upstream: '${upstream}' } }
resolve: { pin: [{ tenants: { claim: org.tenant_id, map: { acme: v2, 42: v2 } } }], override: [{ header: x-version }], default: v1 }
identity: { providers: [{ name: idp, issuer: '${issuerUrl}', jwks: { keys: [${JSON.stringify(issuer.jwk)}] } }] }`)

  for (const [id, outcome] of ids) {
    const headers = { authorization: `Bearer ${issuer.token({ org: { tenant_id: id } })}` }
    t.equal(await outcomeOf(await fetch(origin, { headers })), outcome, JSON.stringify(id))
    if (outcome.startsWith('503')) t.equal(await outcomeOf(await fetch(origin, { headers: { ...headers, 'x-version': 'v2' } })), outcome)
  }
})

const keys: Array<[title: string, key: TenantMapOptions['key']]> = [
  ['a function', ({ identity }) => readClaim(identity?.claims ?? {}, ['tenant']) as string], ['a claim', 'tenant'], ['a list of names', ['tenant']]
]
for (const [title, key] of keys) {
  t.test(`a tenant id that ${title} returns is a string or number, even with onError: 'skip'`, async (t) => {
    const map = fromTenantMap({
      key,
      get: (tenant) => ['acme', '42'].includes(tenant) ? 'v2' : undefined,
      onError: 'skip'
    })
    const gateway = await startGateway(t, { resolve: { pin: [map], override: [fromHeader('x-version-override')] } })

    for (const [id, outcome] of ids) {
      const response = await gateway.send('/', { headers: { authorization: `Bearer ${gateway.issuer.token({ tenant: id })}` } })
      t.equal(await outcomeOf(response), outcome.replace('v1', 'latest'), JSON.stringify(id))
    }
    const explained = await gateway.app.versions.explain({ claims: { iss: issuerUrl, tenant: ['acme'] } })
    t.match(explained, { status: 503, problem: { code: 'PINNED_VERSION_INVALID', source: 'tenant-map' } })
  })
}

t.test('a claim that names a version must be a string', async (t) => {
  const gateway = await startGateway(t, { resolve: { pin: [fromClaim('version')] } })
  const responses = await Promise.all(([true, ['v2'], { v: 2 }, 1.5, 'v2'] as unknown[]).map(async (version) =>
    await outcomeOf(await gateway.send('/', { headers: { authorization: `Bearer ${gateway.issuer.token({ version })}` } }))))

  t.strictSame(responses, [...new Array<string>(4).fill('503 PINNED_VERSION_INVALID'), '200 v2'])
})

async function outcomeOf (response: Response): Promise<string> {
  const body = await response.json() as { code?: string }
  return `${response.status} ${response.headers.get('api-version') ?? body.code}`
}
