import t, { type Test } from 'tap'
import type { VerifyIdentityOptions } from '../../types/index.ts'
import { startGateway } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { config, run } from '../helpers/standalone.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

const app = makeIssuer()
const cdn = makeIssuer('cdn-key')
const cdnIssuer = 'https://acme.cloudflareaccess.com'
const claimsToHeaders = [{ claim: 'sub', header: 'x-user' }]
const providers = [
  app.provider({ claimsToHeaders }),
  cdn.provider({ name: 'cdn', issuer: cdnIssuer, claimsToHeaders: [{ claim: 'email', header: 'x-mail' }] })
]
const bearer = { header: 'authorization' }
const dpop = { header: 'authorization', prefix: 'DPoP ' }
const assertion = { header: 'Cf-Access-Jwt-Assertion' }

const appToken = app.token()
const cdnToken = cdn.token({ iss: cdnIssuer, sub: 'c-1', email: 'ann@acme.io' })

async function start (t: Test, identity: Partial<VerifyIdentityOptions>) {
  const { origin } = await startGateway(t, { identity: { providers, ...identity } })
  const send = async (...lines: string[]): Promise<string> => await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test', ...lines])
  return {
    see: async (...lines: string[]) => bodyOf<Seen>(await send(...lines)).headers,
    refused: async (...lines: string[]) => /^HTTP\/1\.1 (\d+)[^]*"check":"([\w-]+)"/.exec(await send(...lines))?.slice(1).join(' ')
  }
}

const both = [`Authorization: Bearer ${appToken}`, `Cf-Access-Jwt-Assertion: ${cdnToken}`]

t.test('without an order of sources, two different tokens are refused', async (t) => {
  const { refused } = await start(t, {
    providers: [providers[0]!, { ...providers[1]!, tokenSources: [assertion] }]
  })

  t.equal(await refused(...both), '401 several-tokens')
})

t.test('the token of the first source identifies the caller, and the other token is forwarded', async (t) => {
  const first = await start(t, { sources: [bearer, assertion] })
  const second = await start(t, { sources: [assertion, bearer] })

  t.match(await first.see(...both), { 'x-user': 'alice', 'x-mail': undefined, authorization: `Bearer ${appToken}`, 'cf-access-jwt-assertion': cdnToken })
  t.match(await second.see(...both), { 'x-mail': 'ann@acme.io', 'x-user': undefined, authorization: `Bearer ${appToken}` })
  t.match(await first.see(both[1]!), { 'x-mail': 'ann@acme.io' })
  t.match(await first.see('Authorization: Basic eA==', both[1]!), { 'x-mail': 'ann@acme.io' })
})

t.test('a malformed or invalid token in the first source is refused regardless of the next source', async (t) => {
  const { refused } = await start(t, { sources: [bearer, assertion] })

  t.equal(await refused('Authorization: Bearer', both[1]!), '401 credentials')
  t.equal(await refused(both[0]!, both[0]!, both[1]!), '401 credentials')
  t.equal(await refused('Authorization: Bearer a.b.c', both[1]!), '401 malformed')
  t.equal(await refused(`Authorization: Bearer ${app.token({ exp: 1 })}`, both[1]!), '401 expired')
})

t.test('with forwardToken: false, only the token that identifies the caller is withheld', async (t) => {
  const { see } = await start(t, { sources: [assertion, bearer], providers: providers.map((each) => ({ ...each, forwardToken: false })) })

  t.match(await see(...both), { 'x-mail': 'ann@acme.io', 'cf-access-jwt-assertion': undefined, authorization: `Bearer ${appToken}` })
  t.match(await see('Authorization: Basic eA==', both[1]!), { 'cf-access-jwt-assertion': undefined, authorization: 'Basic eA==' })
})

t.test('Authorization can carry a token of either scheme, with and without precedence', async (t) => {
  for (const identity of [{ sources: [dpop, bearer] }, { providers: [{ ...providers[0]!, tokenSources: [bearer, dpop] }] }]) {
    const { see, refused } = await start(t, identity)

    t.match(await see(`Authorization: DPoP ${appToken}`, 'DPoP: proof'), { 'x-user': 'alice', dpop: 'proof', authorization: `DPoP ${appToken}` })
    t.match(await see(`Authorization: bearer ${appToken}`), { 'x-user': 'alice' })
    t.match(await see('Authorization: Basic eA=='), { 'x-user': undefined })
    t.equal(await refused('Authorization: DPoP "x"'), '401 credentials')
    t.equal(await refused('Authorization: Bearer "x"'), '401 credentials')
    t.equal(await refused(`Authorization: DPoP ${appToken}`, `Authorization: Bearer ${appToken}`), '401 credentials')
  }
})

t.test('a provider accepts a scheme only if its sources include it', async (t) => {
  const { see, refused } = await start(t, {
    sources: [dpop, bearer, assertion],
    providers: [{ ...providers[0]!, tokenSources: [dpop] }, { ...providers[1]!, tokenSources: [assertion] }]
  })

  t.match(await see(`Authorization: DPoP ${appToken}`), { 'x-user': 'alice' })
  t.equal(await refused(`Authorization: Bearer ${appToken}`), '401 source')
  t.equal(await refused(`Cf-Access-Jwt-Assertion: ${appToken}`), '401 source')
})

t.test('a config file can list sources in order', async (t) => {
  const keys = (jwk: object): string => JSON.stringify({ keys: [jwk] })
  const { origin } = await run(t, config(await startUpstream(t, 'v1'), `identity:
  sources: [{ header: Cf-Access-Jwt-Assertion }, { header: authorization }]
  onOpaque: pass
  providers:
    - { name: app, issuer: 'https://issuer.test', jwks: ${keys(app.jwk)}, claimsToHeaders: [{ claim: sub, header: x-user }] }
    - { name: cdn, issuer: '${cdnIssuer}', jwks: ${keys(cdn.jwk)}, claimsToHeaders: [{ claim: email, header: x-mail }] }
`))
  const see = async (headers: Record<string, string>) => (await (await fetch(origin, { headers })).json() as Seen).headers

  t.match(await see({ authorization: `Bearer ${appToken}`, 'cf-access-jwt-assertion': cdnToken }), { 'x-mail': 'ann@acme.io', 'x-user': undefined })
  t.match(await see({ authorization: 'Bearer opaque-1', 'cf-access-jwt-assertion': cdnToken }), { 'x-mail': 'ann@acme.io', authorization: 'Bearer opaque-1' })
  t.match(await see({ authorization: 'Bearer opaque-1' }), { 'x-user': undefined, authorization: 'Bearer opaque-1' })
})
