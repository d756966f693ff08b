import t from 'tap'
import { fromTenantMap } from '../../lib/index.ts'
import { readClaim } from '../../lib/identity/claim-path.ts'
import { startGateway } from '../helpers/gateway.ts'
import { audience, issuer as issuerUrl, makeIssuer } from '../helpers/issuer.ts'

const issuer = makeIssuer()
const payload = (claims: string): string => `{"iss":"${issuerUrl}","aud":"${audience}","exp":9999999999,${claims}}`

t.test('two tenants whose ids differ in the last digits stay two: in headers, in nested claims and in resolvers', async (t) => {
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
