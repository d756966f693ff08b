import { test, type Test } from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import type { RouteConfig, VerifyIdentityOptions } from '../../types/index.ts'

const own = makeIssuer()
const partner = { ...own, token: () => own.token({ iss: 'https://partner.test' }) }

const routes: RouteConfig[] = [
  { name: 'public', matches: [{ path: { prefix: '/public' } }], identity: false },
  { name: 'partners', matches: [{ path: { prefix: '/partners' } }], identity: 'partners' },
  { name: 'gold', matches: [{ path: { prefix: '/plans' }, headers: { 'x-plan': 'gold' } }], identity: 'gold', to: 'v2' },
  { name: 'rest' }
]

const identity: VerifyIdentityOptions = {
  providers: [
    own.provider({ name: 'own', claimsToHeaders: [{ claim: 'plan', header: 'x-plan' }] }),
    partner.provider({ name: 'partner', issuer: 'https://partner.test' })
  ],
  policies: {
    partners: { policy: 'require', providers: ['partner'] },
    gold: { policy: 'require', requiredScopes: ['gold'] }
  }
}

async function responseTo (t: Test, path: string, token?: string): Promise<{ status: number, code?: string }> {
  const { send } = await startGateway(t, { identity, routes, resolve: { default: 'latest' } })
  const response = await send(path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
  const { code } = await response.json() as { code?: string }
  return { status: response.status, ...code !== undefined && { code } }
}

const cases: Array<[sentence: string, path: string, token: string | undefined, status: number, code?: string]> = [
  ['a policy that requires a token refuses callers without one', '/partners', undefined, 401, 'TOKEN_MISSING'],
  ['a policy refuses tokens of other providers', '/partners', own.token(), 401, 'TOKEN_INVALID'],
  ['a policy admits tokens of its providers', '/partners', partner.token(), 200],
  ['a rule with identity: false ignores tokens', '/public', 'not a token', 200],
  ['other rules have the policy of verifyIdentity', '/', undefined, 200],
  ['other rules refuse invalid tokens', '/', 'not a token', 401, 'TOKEN_INVALID'],
  ['a rule that claims lead to has its policy checked', '/plans', own.token({ plan: 'gold' }), 403, 'INSUFFICIENT_SCOPE'],
  ['a rule that claims lead to serves callers that meet its policy', '/plans', own.token({ plan: 'gold', scope: 'gold' }), 200],
  ['callers with other claims stay with the first rule', '/plans', own.token({ plan: 'silver' }), 200]
]
for (const [sentence, path, token, status, code] of cases) {
  test(sentence, async (t) => {
    t.strictSame(await responseTo(t, path, token), { status, ...code !== undefined && { code } })
  })
}

test('a client cannot send the header of a claim that rules read', async (t) => {
  const { see } = await startGateway(t, { identity, routes, resolve: { default: 'latest' } })

  const { servedBy } = await see('/plans', { headers: { 'x-plan': 'gold' } })

  t.equal(servedBy, 'latest')
})

test('a rule with an unknown policy is refused at boot and on updates', async (t) => {
  const { app } = await startGateway(t, { identity, routes, resolve: { default: 'latest' } })
  const versions = { latest: { upstream: 'http://127.0.0.1:1' }, v2: { upstream: 'http://127.0.0.1:2' } }

  t.throws(() => app.versions.update({ versions, routes: [{ name: 'typo', identity: 'partner' }] }), { code: 'VERSION_CONFIG_INVALID' })
})

const allowed = (origin: string): Pick<RouteConfig, 'cors'> => ({ cors: { origins: [origin] } })
const origins: Array<[rules: string, first: Partial<RouteConfig>, second: Partial<RouteConfig>, allowed: string | null]> = [
  ['only the first rule has cors', allowed('*'), {}, null],
  ['only the second rule has cors', {}, allowed('*'), '*'],
  ['the second rule allows another origin', allowed('*'), allowed('https://gold.test'), null]
]
for (const [rules, first, second, expected] of origins) {
  test(`the rule that claims lead to decides which origins read the response: ${rules}`, async (t) => {
    const { send } = await startGateway(t, {
      identity,
      routes: [{ name: 'rest', ...first }, { name: 'gold', matches: [{ headers: { 'x-plan': 'gold' } }], ...second }],
      resolve: { default: 'latest' }
    })

    const { headers } = await send('/', { headers: { authorization: `Bearer ${own.token({ plan: 'gold' })}`, origin: 'https://page.test' } })

    t.equal(headers.get('access-control-allow-origin'), expected)
  })
}

test('caches learn that the rule depends on the token, if claims are projected into a header that rules read', async (t) => {
  const { send } = await startGateway(t, { identity, routes, resolve: { default: 'latest' } })

  const [plans, other] = await Promise.all([send('/plans'), send('/public')])

  t.match(plans.headers.get('vary'), /authorization/)
  t.notMatch(other.headers.get('vary') ?? '', /authorization/)
})
