import t, { type Test } from 'tap'
import { makeIdentifyingApp } from '../helpers/identifying-app.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, startJwksServer } from '../helpers/jwks-server.ts'
import type { IdentityProvider } from '../../types/index.ts'

const issuer = makeIssuer()
const template = 'https://login.microsoftonline.com/{tenantid}/v2.0'
const of = (tenant: string): string => template.replace('{tenantid}', tenant)

/** Makes an app whose providers share keys. Returns a function from an issuer to the provider that its token identifies, or the status. */
async function appOf (t: Test, ...issuers: Array<IdentityProvider['issuer']>) {
  const providers = issuers.map((each, index) => issuer.provider({ name: `idp-${index}`, issuer: each }))
  const app = await makeIdentifyingApp(t, { providers })
  return {
    app,
    async identified (iss: unknown): Promise<unknown> {
      const response = await app.inject({ url: '/', headers: { authorization: `Bearer ${issuer.token({ iss })}` } })
      return response.statusCode === 200 ? response.json().identity.provider : `${response.statusCode} ${response.json().check}`
    }
  }
}

t.test('a provider with a list of issuers accepts only their tokens', async (t) => {
  const { identified } = await appOf(t, ['https://one.test', 'https://two.test/'])

  t.equal(await identified('https://one.test'), 'idp-0')
  t.equal(await identified('https://two.test/'), 'idp-0')
  for (const iss of ['https://two.test', 'https://one.test/', ['https://one.test'], null, undefined, {}]) t.equal(await identified(iss), '401 issuer')
})

t.test('a template with a list of tenants accepts only their tokens', async (t) => {
  const { identified } = await appOf(t, { template, tenants: ['one', 'two'] })

  t.strictSame([await identified(of('one')), await identified(of('two'))], ['idp-0', 'idp-0'])
  for (const tenant of ['three', '', 'One', 'one/two', '{tenantid}']) t.equal(await identified(of(tenant)), '401 issuer')
})

t.test('a template for any tenant yields to a provider that names the tenant', async (t) => {
  const { identified } = await appOf(t, { template, tenants: 'any' }, of('special'))

  t.strictSame([await identified(of('one')), await identified(of('special'))], ['idp-0', 'idp-1'])
  for (const tenant of ['', '..', 'a/b', 'a%2fb', '{tenantid}', 'a?']) t.equal(await identified(of(tenant)), '401 issuer')
})

for (const [what, issuers] of [['of a template', { template, tenants: 'any' }], ['of a list', [of('one'), of('two')]]] as const) {
  t.test(`a key with an issuer member does not verify tokens of another tenant ${what}`, async (t) => {
    const [ofAll, ofOne] = [makeIssuer('all'), makeIssuer('one')]
    const keys = [{ ...ofAll.jwk, issuer: template }, { ...ofOne.jwk, issuer: of('one') }]
    const providers = [issuer.provider({ issuer: issuers, jwks: { keys } })]
    const app = await makeIdentifyingApp(t, { providers })
    const status = async ({ token }: typeof issuer, iss: string): Promise<number> =>
      (await app.inject({ url: '/', headers: { authorization: `Bearer ${token({ iss })}` } })).statusCode

    t.strictSame([await status(ofAll, of('one')), await status(ofAll, of('two')), await status(ofOne, of('one'))], [200, 200, 200])
    t.equal(await status(ofOne, of('two')), 401)
  })
}

t.test('the status lists issuers as configured and does not grow with the number of tenants', async (t) => {
  const tenants = Array.from({ length: 1000 }, (_, index) => `tenant-${index}`)
  const { app } = await appOf(t, 'https://one.test', ['https://two.test', { template, tenants }])

  t.match(app.identityProviders(), [
    { issuer: 'https://one.test', issuers: ['https://one.test'] },
    { issuer: 'https://two.test', issuers: ['https://two.test', template] }
  ])
})

t.test('providers with the same URL share one fetch but keep their own checks', async (t) => {
  const server = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const jwks = { url: server.url } as const
  const app = await makeIdentifyingApp(t, {
    providers: [
      issuer.provider({ name: 'a', issuer: 'https://a.test', jwks }),
      issuer.provider({ name: 'b', issuer: 'https://b.test', audiences: ['other'], jwks: { ...jwks, onReady: 'require' as const } }),
      issuer.provider({ name: 'c', issuer: 'https://c.test', algorithms: ['ES256'], jwks: { ...jwks, refreshSeconds: 60 } }),
      issuer.provider({ name: 'd', issuer: 'https://d.test', jwks: { ...jwks, headers: { 'x-key': '1' } } })
    ]
  })
  const check = async (iss: string): Promise<unknown> =>
    (await app.inject({ url: '/', headers: { authorization: `Bearer ${issuer.token({ iss })}` } })).json().check

  t.strictSame([await check('https://a.test'), await check('https://b.test'), await check('https://c.test'), await check('https://d.test')],
    [undefined, 'audience', 'algorithm', undefined])
  t.equal(server.fetched.length, 2)
  t.strictSame(app.identityProviders().map(({ keys }) => keys.length), [1, 1, 1, 1])
})
