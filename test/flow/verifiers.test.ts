import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import versionGateway from '../../lib/index.ts'
import { gatewayHealth, observeVersions } from '../../lib/observe/index.ts'
import type { IdentityVerifier } from '../../types/index.ts'
import { listen } from '../helpers/gateway.ts'
import { bearer, jwtGateway } from '../helpers/jwt-gateway.ts'
import { scrape } from '../helpers/metrics.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** A session verifier that reads the caller from a header. */
function sessions (overrides: Partial<IdentityVerifier> = {}): IdentityVerifier {
  return {
    name: 'sessions',
    readsHeaders: ['x-session'],
    read: ({ headers }) => headers['x-session'] === undefined ? null : { sub: headers['x-session'], version: 'v2', scope: 'orders:read' },
    claimsToHeaders: [{ claim: 'sub', header: 'x-user-id' }],
    ...overrides
  }
}

const failing = (error: unknown): Partial<IdentityVerifier> => ({ read: () => { throw error } })

t.test('a verifier of the app identifies callers, at once or later', async (t) => {
  for (const read of [sessions().read, async (request: FastifyRequest) => await sessions().read(request)]) {
    const { send } = await jwtGateway(t, { from: sessions({ read }) })

    const known = await send('/api/orders', { 'x-session': 'ada', 'x-user-id': 'mallory' })
    const anonymous = await send('/api/orders', { 'x-user-id': 'mallory' })

    t.match(await known.json(), { servedBy: 'v2', headers: { 'x-user-id': 'ada' } })
    t.match(await anonymous.json(), { servedBy: 'latest', headers: { 'x-user-id': undefined } })
  }
})

const outcomes: Array<[what: string, verifier: Partial<IdentityVerifier>, problem: object]> = [
  ['an error with status 401', failing(Object.assign(new Error('no'), { statusCode: 401 })), { status: 401, code: 'TOKEN_INVALID', check: 'verifier' }],
  ['an error with status 403', failing(Object.assign(new Error('no'), { statusCode: 403 })), { status: 403, code: 'FORBIDDEN' }],
  ['another error', failing(new Error('the store is down')), { status: 503, code: 'KEYS_UNAVAILABLE' }],
  ['an error with another status', failing(Object.assign(new Error('no'), { statusCode: 400 })), { status: 503, code: 'KEYS_UNAVAILABLE' }],
  ['a value that is not an error', failing(undefined), { status: 503, code: 'KEYS_UNAVAILABLE' }],
  ['a rejection', { read: async () => { throw new Error('the store is down') } }, { status: 503, code: 'KEYS_UNAVAILABLE' }],
  ['no result in time', { read: async () => await new Promise<null>(() => {}), timeoutMs: 1 }, { status: 503, code: 'KEYS_UNAVAILABLE' }],
  ['true', { read: () => true as never }, { status: 503, code: 'KEYS_UNAVAILABLE' }],
  ['a list', { read: () => ['admin'] }, { status: 503, code: 'KEYS_UNAVAILABLE' }],
  ['a claim that cannot be a header', { read: () => ({ sub: 'a\nb' }) }, { status: 401, code: 'TOKEN_INVALID', check: 'header' }]
]
for (const [what, verifier, problem] of outcomes) {
  t.test(`${what} of a verifier is never an anonymous caller`, async (t) => {
    const { send } = await jwtGateway(t, { from: sessions(verifier) })

    const response = await send('/api/orders')

    t.match(await response.json(), problem)
    t.equal(response.headers.has('www-authenticate'), response.status === 401)
  })
}

t.test('claims are frozen copies, so the app can still change its own object', async (t) => {
  const user = { sub: 'ada', roles: ['a'] }
  const seen: unknown[] = []
  const before = async (app: FastifyInstance) => app.addHook('onResponse', async ({ identity }) => { seen.push(identity?.claims) })
  const { send } = await jwtGateway(t, { from: sessions({ read: () => user }), before })

  await send('/api/orders')

  t.equal(Object.isFrozen(user) || Object.isFrozen(user.roles), false)
  t.strictSame(seen, [{ sub: 'ada', roles: ['a'] }])
  t.ok(Object.isFrozen((seen[0] as typeof user).roles))
})

t.test('requirements of the verifier and of a route apply', async (t) => {
  const { send } = await jwtGateway(t, {
    from: sessions({ requiredScopes: ['orders:read'], authorize: ({ claims }) => claims.sub !== 'mallory' })
  })

  const known = await send('/api/orders', { 'x-session': 'ada' })
  const refused = await send('/api/orders', { 'x-session': 'mallory' })

  t.equal(known.status, 200)
  t.match(await refused.json(), { status: 403, code: 'FORBIDDEN' })
})

t.test('explain and resolveFor agree with live requests', async (t) => {
  const { app, token } = await jwtGateway(t)

  const explained = await app.versions.explain({ url: '/api/orders', headers: bearer(token()) })
  const invalid = await app.versions.explain({ url: '/api/orders', headers: bearer('a.b.c') })
  const assumed = await app.versions.explain({ url: '/api/orders', claims: { version: 'v2' }, provider: 'fastify-jwt' })
  const nobody = await app.versions.resolveFor({})

  t.match(explained, { outcome: 'forwarded', decision: { id: 'v2', tier: 'pin' } })
  t.match(invalid, { outcome: 'refused', status: 401 })
  t.match(assumed.decision, { id: 'v2' })
  t.equal(nobody.id, 'latest')
  t.equal((await app.versions.resolveFor({ claims: { version: 'v2' } })).id, 'v2')
  await t.rejects(app.versions.resolveFor({ claims: {}, provider: 'other' }), { message: "There is no identity provider 'other'." })
})

t.test('responses that a shared cache may store vary by the headers that the verifier reads', async (t) => {
  const { send } = await jwtGateway(t, { from: sessions(), resolve: { varyAuthorization: 'always' } })

  const response = await send('/api/orders')

  t.match(response.headers.get('vary'), /\bx-session\b/i)
})

t.test('a gateway with a verifier is ready without keys, and counts the results of verifications', async (t) => {
  const before = async (app: FastifyInstance) => await app.register(gatewayHealth).register(observeVersions)
  const { origin, send, token } = await jwtGateway(t, { before })
  await send('/api/orders', bearer(token()))
  await send('/api/orders', bearer('a.b.c'))

  const ready = await send('/readyz')
  const metrics = await scrape(origin)

  t.equal(ready.status, 200)
  t.equal(metrics.value('version_gateway_identity_total', { provider: 'fastify-jwt', result: 'verified' }), 1)
  t.equal(metrics.value('version_gateway_identity_total', { provider: 'fastify-jwt', result: 'refused', reason: 'verifier' }), 1)
})

t.test('the log names a verifier that fails because its session plugin is registered after the gateway', async (t) => {
  type WithLogin = FastifyRequest & { login: { user: object } }
  const lines: string[] = []
  const app = fastify({ logger: { level: 'error', stream: { write: (line: string) => { lines.push(line) } } } })
  t.teardown(async () => await app.close())
  const upstream = await startUpstream(t, 'latest')
  const from = sessions({ read: (request) => (request as WithLogin).login.user })
  await app.register(versionGateway, { versions: { latest: { upstream } }, identity: { from } })
  await app.register(fp(async (scope) => {
    scope.decorateRequest<unknown, string>('login', null)
    scope.addHook('onRequest', async (request) => { (request as WithLogin).login = { user: { sub: 'ada' } } })
  }))
  const origin = await listen(app)

  const { status } = await fetch(`${origin}/orders`)

  t.equal(status, 503)
  t.match(lines.map((line) => JSON.parse(line)), [{ level: 50, remedy: /'sessions' of identity\.from failed.* register this plugin before the gateway/ }])
})
