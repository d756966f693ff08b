import t from 'tap'
import { identifyingApp, makeIdentifyingApp } from '../helpers/identifying-app.ts'
import { issuer as issuerUrl, makeIssuer } from '../helpers/issuer.ts'
import { makeApp } from '../helpers/gateway.ts'
import { run } from '../helpers/standalone.ts'
import { startUpstream } from '../helpers/upstream.ts'
import type { AcceptedClaims, IdentityProvider, RouteIdentity } from '../../types/index.ts'

const issuer = makeIssuer()
const bearer = (claims: object): string => `Bearer ${issuer.token(claims)}`

const rows: Array<[accepted: AcceptedClaims, claims: object, isAccepted: boolean]> = [
  [{ token_use: 'access' }, { token_use: 'access' }, true],
  [{ token_use: 'access' }, { token_use: 'id' }, false],
  [{ token_use: 'access' }, {}, false],
  [{ token_use: 'access' }, { token_use: null }, false],
  [{ client_id: ['app', 'job'] }, { client_id: 'job' }, true],
  [{ client_id: ['app', 'job'] }, { client_id: 'other' }, false],
  [{ 'org.plan': 'gold' }, { org: { plan: 'gold' } }, true],
  [{ 'org.plan': 'gold' }, { 'org.plan': 'gold' }, false],
  [{ groups: ['admin', 'staff'] }, { groups: ['staff', 'other'] }, true],
  [{ groups: 'admin' }, { groups: [['admin']] }, false],
  [{ groups: 'admin' }, { groups: [] }, false],
  [{ email_verified: true, level: 3 }, { email_verified: true, level: 3 }, true],
  [{ email_verified: true }, { email_verified: 'true' }, false],
  [{ level: 3 }, { level: '3' }, false],
  [[{ claim: ['https://acme.io/plan'], values: ['gold'] }], { 'https://acme.io/plan': 'gold' }, true],
  [[{ claim: 'org.plan', values: 'gold' }], { org: { plan: 'tin' } }, false],
  [{ constructor: 'x' }, {}, false]
]

t.test('a provider accepts only tokens whose claims have the configured values', async (t) => {
  for (const [claims, token, isAccepted] of rows) {
    const send = await identifyingApp(t, { providers: [issuer.provider({ claims })] })
    const response = await send(bearer(token))

    t.match([response.statusCode, response.json()], isAccepted ? [200, {}] : [401, { code: 'TOKEN_INVALID', check: 'claim' }], JSON.stringify([claims, token]))
  }
})

t.test('a route accepts only callers whose claims have the configured values, and no anonymous ones', async (t) => {
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider()] })
  rows.forEach(([claims], index) => { app.get(`/r${index}`, { config: { identity: { claims } } }, async () => 'ok') })

  for (const [index, [, token, isAccepted]] of rows.entries()) {
    const { statusCode } = await app.inject({ url: `/r${index}`, headers: { authorization: bearer(token) } })
    t.equal(statusCode, isAccepted ? 200 : 403)
  }
  t.equal((await app.inject({ url: '/r0' })).statusCode, 401)
})

const requirements: Array<[options: Partial<IdentityProvider> & RouteIdentity, claims: object, status: number]> = [
  [{ requiredScopes: ['read'], scopesClaim: 'permissions' }, { permissions: ['read', 'write'] }, 200],
  [{ requiredScopes: ['read'], scopesClaim: 'auth.scopes' }, { auth: { scopes: 'read write' } }, 200],
  [{ requiredScopes: ['read'], scopesClaim: 'permissions' }, { scope: 'read' }, 403],
  [{ requiredScopes: ['read'], scopesClaim: ['https://acme.io/scopes'] }, { 'https://acme.io/scopes': ['read'] }, 200],
  [{ requiredRoles: ['admin'] }, { roles: ['admin'] }, 200],
  [{ requiredRoles: ['admin'] }, { roles: 'admin' }, 200],
  [{ requiredRoles: ['admin', 'audit'] }, { roles: ['admin'] }, 403],
  [{ requiredRoles: ['admin'] }, {}, 403],
  [{ requiredRoles: ['admin'], rolesClaim: 'realm_access.roles' }, { realm_access: { roles: ['user', 'admin'] } }, 200],
  [{ requiredRoles: ['admin'], rolesClaim: 'realm_access.roles' }, { roles: ['admin'] }, 403]
]

t.test('scopes and roles are read from the claims that a provider or a route configures', async (t) => {
  for (const [options, claims, status] of requirements) {
    const { rolesClaim, scopesClaim, ...route } = options
    const places = { ...rolesClaim !== undefined && { rolesClaim }, ...scopesClaim !== undefined && { scopesClaim } }
    const byProvider = await identifyingApp(t, { providers: [issuer.provider(options)] })
    const app = await makeIdentifyingApp(t, { providers: [issuer.provider(places)] })
    app.get('/own', { config: { identity: route } }, async () => 'ok')
    const other = await makeIdentifyingApp(t, { providers: [issuer.provider()] })
    other.get('/own', { config: { identity: options as RouteIdentity } }, async () => 'ok')

    t.equal((await byProvider(bearer(claims))).statusCode, status)
    for (const each of [app, other]) t.equal((await each.inject({ url: '/own', headers: { authorization: bearer(claims) } })).statusCode, status)
  }
})

t.test("a provider's required claims are paths", async (t) => {
  const send = await identifyingApp(t, { providers: [issuer.provider({ requiredClaims: ['org.id', ['https://acme.io/plan']] })] })

  t.equal((await send(bearer({ org: { id: 1 }, 'https://acme.io/plan': 'a' }))).statusCode, 200)
  t.match((await send(bearer({ 'org.id': 1, 'https://acme.io/plan': 'a' }))).json(), { check: 'missing-claim' })
})

t.test('a claim path that can never match is rejected at boot, and the message shows the correct form', async (t) => {
  const app = makeApp(t)
  await makeIdentifyingApp(t, { providers: [issuer.provider()] }, app)
  const url = 'https://acme.io/plan'
  const identity = (config: RouteIdentity) => () => { app.get('/', { config: { identity: config } }, async () => 'ok') }

  t.throws(identity({ requiredClaims: [url] }), { message: /requiredClaims\[0\]: .*Write \['https:\/\/acme\.io\/plan'\]/ })
  t.throws(identity({ rolesClaim: 'a/b' }), { message: /rolesClaim: 'a\/b' .*\['a\/b'\]/ })
  t.throws(identity({ claims: { [url]: 'gold' } }), { message: /claims: \[\{ claim: \['https:\/\/acme\.io\/plan'\], values/ })
  t.throws(identity({ claims: [{ claim: url, values: 'gold' }] }), { message: /claims\[0\]\.claim/ })
})

t.test('a config file can specify which tokens of an issuer are accepted', async (t) => {
  const upstream = await startUpstream(t, 'v1')
  const file = (more: string, resolve = 'default: v1'): string => `server: { port: 0, log: silent }
versions: { v1: { upstream: '${upstream}' } }
resolve: { ${resolve} }
identity: { providers: [{ name: idp, issuer: '${issuerUrl}', jwks: { keys: [${JSON.stringify(issuer.jwk)}] }, ${more} }] }`
  const { origin } = await run(t, file('claims: { token_use: access, client_id: [app] }, requiredRoles: [user], rolesClaim: realm_access.roles'))
  const status = async (claims: object): Promise<number> => (await fetch(origin, { headers: { authorization: bearer(claims) } })).status
  const good = { token_use: 'access', client_id: 'app', realm_access: { roles: ['user'] } }

  t.equal(await status(good), 200)
  t.equal(await status({ ...good, token_use: 'id' }), 401)
  t.equal(await status({ ...good, client_id: 'other' }), 401)
  t.equal(await status({ ...good, realm_access: { roles: ['guest'] } }), 403)
  const array = /\['https:\/\/acme\.io\/v'\]/
  await t.rejects(run(t, file("requiredClaims: ['https://acme.io/v']")), { message: array })
  await t.rejects(run(t, file("claimsToHeaders: [{ claim: 'https://acme.io/v', header: x-v }]")), { message: array })
  await t.rejects(run(t, file('', "pin: [{ claim: 'https://acme.io/v' }], default: v1")), { message: array })
  await t.rejects(run(t, file('', "pin: [{ tenants: { claim: 'https://acme.io/v', map: { a: v1 } } }], default: v1")), { message: array })
  await t.rejects(run(t, file('claims: { a: [] }')), { message: /accepted values by claim/ })
})
