import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import type { AuthorizationProblem, IdentityProvider, RouteIdentity } from '../../types/index.ts'
import { startGateway } from '../helpers/gateway.ts'
import { makeIdentifyingApp } from '../helpers/identifying-app.ts'
import { makeIssuer } from '../helpers/issuer.ts'

const issuer = makeIssuer()
const never = (): never => { throw new Error('reached the route') }

/** Makes an app with a route that has requirements for its caller. `send` sends requests to it. */
async function routeOf (t: Test, identity: RouteIdentity | unknown, options: Partial<IdentityProvider> = {}) {
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider(options)] })
  app.route({ method: ['GET', 'OPTIONS'], url: '/route', config: { identity: identity as RouteIdentity }, handler: async (request) => ({ sub: request.identity?.claims.sub ?? null }) })
  return { app, send: async (claims?: object) => await send(app, claims) }
}

async function send (app: FastifyInstance, claims?: object, url = '/route') {
  return await app.inject({ url, headers: claims === undefined ? {} : { authorization: `Bearer ${issuer.token(claims)}` } })
}

const scopes: Array<[claims: object, isEnough: boolean]> = [
  [{ scope: 'read write' }, true],
  [{ scope: 'write read admin' }, true],
  [{ scp: ['read', 'write'] }, true],
  [{ scp: 'read write' }, true],
  [{ scope: 'read', scp: ['write'] }, true],
  [{}, false],
  [{ scope: 'read' }, false],
  [{ scope: '' }, false],
  [{ scope: 'READ WRITE' }, false],
  [{ scope: 'read,write' }, false],
  [{ scope: 'readwrite' }, false],
  [{ scope: 'read\twrite' }, false],
  [{ scope: { read: true, write: true } }, false],
  [{ scope: true }, false],
  [{ scope: null, scp: null }, false],
  [{ scp: [['read', 'write']] }, false],
  [{ scp: [{ toString: 'read' }, 'write'] }, false],
  [{ scopes: 'read write' }, false]
]
for (const [claims, isEnough] of scopes) {
  t.test(`the scopes in ${JSON.stringify(claims)} are ${isEnough ? '' : 'not '}sufficient for read and write`, async (t) => {
    const byRoute = await routeOf(t, { requiredScopes: ['read', 'write'] })
    const byProvider = await routeOf(t, undefined, { requiredScopes: ['read', 'write'] })

    for (const { send } of [byRoute, byProvider]) {
      const response = await send(claims)

      t.equal(response.statusCode, isEnough ? 200 : 403)
      if (isEnough) continue
      t.match(response.json(), { code: 'INSUFFICIENT_SCOPE', detail: 'The token does not have the required scope.' })
      t.equal(response.headers['www-authenticate'], 'Bearer realm="api", error="insufficient_scope", scope="read write"')
    }
  })
}

t.test('a route can require claims at any path, and a null claim counts as missing', async (t) => {
  const { send } = await routeOf(t, { requiredClaims: ['tenant.id', ['https://acme.io/plan']] })
  const plan = { 'https://acme.io/plan': 'gold' }

  const enough = await send({ tenant: { id: 0 }, ...plan })
  const lacking = await Promise.all([{}, plan, { tenant: { id: 'a' } }, { tenant: { id: null }, ...plan }, { tenant: 'id', ...plan }].map(send))

  t.equal(enough.statusCode, 200)
  for (const response of lacking) {
    t.match(response.json(), { status: 403, code: 'INSUFFICIENT_SCOPE' })
    t.equal(response.headers['www-authenticate'], 'Bearer realm="api", error="insufficient_scope"')
  }
})

const closed: Array<[what: string, identity: unknown]> = [
  ['require', 'require'], ['a policy of its own', { policy: 'require' }], ['scopes', { requiredScopes: ['a'] }], ['claims', { requiredClaims: ['a'] }],
  ['a function', { authorize: () => true }], ['scopes under allow-missing', { policy: 'allow-missing', requiredScopes: ['a'] }],
  ['an unknown policy', 'required'], ['true', true], ['a policy that there is not, in an object', { policy: 'required' }], ['an empty text', '']
]
for (const [what, identity] of closed) {
  t.test(`a route that requires ${what} refuses requests without a token, except preflights`, async (t) => {
    const { app, send } = await routeOf(t, identity)

    const response = await send()
    const preflight = await app.inject({ method: 'OPTIONS', url: '/route', headers: { origin: 'https://a.test', 'access-control-request-method': 'GET' } })
    const options = await app.inject({ method: 'OPTIONS', url: '/route' })

    t.match(response.json(), { status: 401, code: 'TOKEN_MISSING' })
    t.equal(response.headers['www-authenticate'], 'Bearer realm="api"')
    t.equal(preflight.statusCode, 200)
    t.equal(options.statusCode, 401)
  })

  t.test(`a route that requires ${what} refuses all requests if no provider is configured`, async (t) => {
    const app = await makeIdentifyingApp(t, { providers: [] })
    app.get('/route', { config: { identity: identity as RouteIdentity } }, never)

    t.equal((await send(app)).statusCode, 401)
    t.equal((await send(app, {})).statusCode, 401)
  })
}

t.test('a route without its own policy inherits the policy of the app', async (t) => {
  const app = await makeIdentifyingApp(t, { policy: 'require', providers: [issuer.provider()] })
  app.get('/undefined', { config: { identity: { policy: undefined } as unknown as RouteIdentity } }, never)
  app.get('/null', { config: { identity: null as unknown as RouteIdentity } }, never)
  app.get('/open', { config: { identity: 'allow-missing' } }, async () => 'open')
  app.get('/open-too', { config: { identity: { policy: 'allow-missing' } } }, async () => 'open')

  const statuses = await Promise.all(['/', '/undefined', '/null', '/open', '/open-too', '/unread', '/nowhere'].map(async (url) => (await app.inject(url)).statusCode))

  t.strictSame(statuses, [401, 401, 401, 200, 200, 200, 401])
})

const problem = (problem: unknown) => problem as AuthorizationProblem
const verdicts: Array<[what: string, authorize: NonNullable<RouteIdentity['authorize']>, response: object]> = [
  ['false', () => false, { status: 403, code: 'FORBIDDEN', detail: 'The caller is not allowed to do this.' }],
  ['a promise of false', async () => false, { status: 403, code: 'FORBIDDEN' }],
  ['nothing', () => undefined as unknown as boolean, { status: 403, code: 'FORBIDDEN' }],
  ['null', () => null as unknown as boolean, { status: 403, code: 'FORBIDDEN' }],
  ['a truthy value that is not true', () => 'yes' as unknown as boolean, { status: 403, code: 'FORBIDDEN' }],
  ['a list', () => problem([]), { status: 403, code: 'FORBIDDEN' }],
  ['an empty problem', () => ({}), { status: 403, code: 'FORBIDDEN' }],
  ['a problem', async () => ({ status: 402, code: 'PLAN_ENDED', detail: 'Pay first.', type: 'https://acme.io/pay', until: 5 }),
    { status: 402, code: 'PLAN_ENDED', detail: 'Pay first.', type: 'https://acme.io/pay', until: 5, title: 'Payment Required' }],
  ['a problem that is a success', () => ({ status: 200 }), { status: 403 }],
  ['a problem whose status is a text', () => problem({ status: '404' }), { status: 403 }],
  ['a problem with an impossible status', () => ({ status: 1e9 }), { status: 403 }],
  ['a problem that is a 401', () => ({ status: 401, code: 'TOKEN_INVALID', detail: 'a "quote"\r\nx: y é' }), { status: 401, code: 'TOKEN_INVALID', detail: 'a "quote"\r\nx: y é' }]
]
for (const [what, authorize, expected] of verdicts) {
  t.test(`authorize refuses the request if its result is ${what}`, async (t) => {
    const byRoute = await routeOf(t, { authorize })
    const byProvider = await routeOf(t, undefined, { authorize })

    for (const { send } of [byRoute, byProvider]) {
      const response = await send({})

      t.match(response.json(), { ...expected, requestId: /^req-/ })
      t.equal(response.headers['content-type'], 'application/problem+json')
      t.equal(response.headers['www-authenticate'], response.statusCode === 401 ? 'Bearer realm="api"' : undefined)
    }
  })
}

const throwing = (thrown: unknown) => (): never => { throw thrown }
const rejecting = (reason: unknown) => async (): Promise<never> => { throw reason }
const faults: Array<[what: string, authorize: () => never | Promise<never>]> = [
  ['throws', throwing(new Error('secret'))],
  ['rejects', rejecting(new Error('secret'))],
  ['throws nothing', throwing(undefined)],
  ['rejects with nothing', rejecting(undefined)],
  ['rejects with null', rejecting(null)],
  ['rejects with zero', rejecting(0)],
  ['rejects with an empty text', rejecting('')]
]
for (const [what, authorize] of faults) {
  t.test(`if authorize ${what}, the request fails with 500`, async (t) => {
    const { send } = await routeOf(t, { authorize })
    const gateway = await startGateway(t, { identity: { providers: [issuer.provider({ authorize })] } })

    const response = await send({})
    const forwarded = await gateway.send('/', { headers: { authorization: `Bearer ${issuer.token()}` } })

    t.strictSame([response.statusCode, forwarded.status], [500, 500])
  })
}

t.test('authorize is called for every request with the caller and the request', async (t) => {
  const received: unknown[] = []
  const authorize: RouteIdentity['authorize'] = ({ provider, claims }, { url }) => {
    received.push([provider, Object.isFrozen(claims), url])
    return true
  }
  const { send } = await routeOf(t, { authorize })
  const token = { sub: 'carol', exp: 9_999_999_999 }

  const responses = [await send(token), await send(token)]

  t.strictSame(responses.map((response) => response.json()), [{ sub: 'carol' }, { sub: 'carol' }])
  t.strictSame(received, [['test-idp', true, '/route'], ['test-idp', true, '/route']])
})
