import t from 'tap'
import { fromClaim, fromTenantMap } from '../../lib/index.ts'
import { readClaim } from '../../lib/identity/claim-path.ts'
import { startGateway } from '../helpers/gateway.ts'
import { startUpstream } from '../helpers/upstream.ts'
import { audience, issuer as issuerUrl, makeIssuer } from '../helpers/issuer.ts'

const issuer = makeIssuer()
const payload = (claims: string): string => `{"iss":"${issuerUrl}","aud":"${audience}","exp":9999999999,${claims}}`

t.test('tenant ids that differ only in their last digits stay distinct in headers, nested claims and resolvers', async (t) => {
  const provider = issuer.provider({
    claimsToHeaders: [
      { claim: 'tenant_id', header: 'x-tenant' }, { claim: 'org.ids', header: 'x-ids' }, { claim: 'org', header: 'x-org' }
    ]
  })
  const map = fromTenantMap({
    key: ({ identity }) => readClaim(identity?.claims ?? {}, ['tenant_id']) as string,
    get: (tenant) => tenant === '1234567890123456790' ? 'v2' : undefined
  })
  const { see } = await startGateway(t, { identity: { providers: [provider] }, resolve: { pin: [map] } })
  const seen = async (id: string) => await see('/', { headers: { authorization: `Bearer ${issuer.tokenOf(payload(`"tenant_id":${id},"org":{"ids":[${id},7]}`))}` } })

  for (const [id, version] of [['1234567890123456789', 'latest'], ['1234567890123456790', 'v2']] as const) {
    const { servedBy, headers } = await seen(id)

    t.match(headers, { 'x-tenant': id, 'x-ids': `${id},7`, 'x-org': Buffer.from(`{"ids":[${id},7]}`).toString('base64url') })
    t.equal(servedBy, version)
  }
})

for (const text of ['1.10', '1e3', '1.0']) {
  t.test(`the number ${text} is ${text} in headers, lists and JSON, and names the version ${text}`, async (t) => {
    const provider = issuer.provider({
      claimsToHeaders: [{ claim: 'api.version', header: 'x-api' }, { claim: 'all', header: 'x-all' }, { claim: 'api', header: 'x-json' }]
    })
    const [latest, v2] = [await startUpstream(t, 'latest'), await startUpstream(t, 'v2')]
    const { see } = await startGateway(t, {
      versions: { latest: { upstream: latest }, [text]: { upstream: v2 } }, identity: { providers: [provider] }, resolve: { pin: [fromClaim('api.version')] }
    })
    const token = issuer.tokenOf(payload(`"api":{"version":${text}},"all":[${text},2]`))

    const { servedBy, headers } = await see('/', { headers: { authorization: `Bearer ${token}` } })

    t.match(headers, { 'x-api': text, 'x-all': `${text},2`, 'x-json': Buffer.from(`{"version":${text}}`).toString('base64url') })
    t.equal(servedBy, 'v2')
  })
}
