import t from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'

const issuer = makeIssuer()
const claimsToHeaders = [{ claim: 'tenant', header: 'x-tenant' }]

for (const [tenant, header] of [['', undefined], [[], undefined], [null, undefined], [' ', ' '], [0, '0'], [false, 'false']] as const) {
  t.test(`the claim ${JSON.stringify(tenant)} becomes ${header === undefined ? 'no header' : `'${header}'`}`, async (t) => {
    const { see } = await startGateway(t, { identity: { providers: [issuer.provider({ claimsToHeaders })] }, resolve: {} })

    const { headers } = await see('/', { headers: { authorization: `Bearer ${issuer.token({ tenant })}`, 'x-tenant': 'spoofed' } })

    t.equal(headers['x-tenant'], header?.trim())
  })
}
