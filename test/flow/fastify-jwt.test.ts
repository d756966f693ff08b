import t from 'tap'
import { bearer, jwtGateway } from '../helpers/jwt-gateway.ts'
import { sendRaw } from '../helpers/raw.ts'

const asHeaders = { claimsToHeaders: [{ claim: 'sub', header: 'x-user-id' }] }

t.test('a caller pinned by a token of the app is sent to its version, with its claims as headers', async (t) => {
  const { send, token } = await jwtGateway(t, { adapter: asHeaders })

  const response = await send('/api/orders', { ...bearer(token()), 'x-user-id': 'mallory', X_User_Id: 'mallory' })

  t.match(await response.json(), { servedBy: 'v2', headers: { 'x-user-id': 'alice', x_user_id: undefined } })
})

t.test('a route that verifies the token itself gets the version of its caller, and the same user', async (t) => {
  const { app, me, token } = await jwtGateway(t)

  const { user, identity, version } = await me(bearer(token({ tenant: { id: 7 } })))

  t.match(user, { sub: 'alice', version: 'v2', tenant: { id: 7 } })
  t.strictSame(identity, { provider: 'fastify-jwt', claims: user })
  t.equal(version, 'v2')
  t.match(app.versions.usage('v2'), [{ consumer: 'alice', tier: 'pin' }])
})

t.test('a request without a token is anonymous, and the routes of the app decide', async (t) => {
  const { send } = await jwtGateway(t, { adapter: asHeaders })

  const forwarded = await send('/api/orders', { 'x-user-id': 'mallory' })
  const other = await send('/api/orders', { authorization: 'Basic dXNlcg==' })
  const own = await send('/me')

  t.match(await forwarded.json(), { servedBy: 'latest', headers: { 'x-user-id': undefined } })
  t.match(await other.json(), { servedBy: 'latest', headers: { authorization: 'Basic dXNlcg==' } })
  t.match(await own.json(), { statusCode: 401, code: 'FST_JWT_NO_AUTHORIZATION_IN_HEADER' })
})

const past = Math.floor(Date.now() / 1000) - 60
const bad: Record<string, [check: string, credentials: (token: (claims?: object) => string) => string]> = {
  'is expired': ['expired', (token) => token({ exp: past })],
  'is not valid yet': ['not-before', (token) => token({ nbf: past + 3600 })],
  'has another signature': ['verifier', (token) => `${token().slice(0, -4)}AAAA`],
  'has no signature': ['signature', (token) => token().replace(/[^.]*$/, '')],
  'has another algorithm': ['algorithm', (token) => `${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString('base64url')}.${token().split('.').slice(1).join('.')}`],
  'is not a token': ['verifier', () => 'a.b.c'],
  'is random': ['verifier', () => 'opaque'],
  'is empty': ['credentials', () => ''],
  'has a blank': ['credentials', (token) => `${token()} x`]
}
for (const [name, [check, make]] of Object.entries(bad)) {
  t.test(`a token that ${name} gets 401 with a challenge, on forwarded routes and on those of the app`, async (t) => {
    const { send, token } = await jwtGateway(t)

    for (const path of ['/api/orders', '/me']) {
      const response = await send(path, bearer(make(token)))

      t.equal(response.headers.get('content-type'), 'application/problem+json')
      t.match(response.headers.get('www-authenticate'), 'Bearer realm="api", error="invalid_token", error_description="')
      t.match(await response.json(), { status: 401, code: 'TOKEN_INVALID', check })
    }
  })
}

t.test('two Authorization fields get 401, even if the first one is valid', async (t) => {
  const { origin, token } = await jwtGateway(t)

  const response = await sendRaw(t, origin, ['GET /api/orders HTTP/1.1', 'Host: a', `Authorization: Bearer ${token()}`, 'Authorization: Bearer x'])

  t.match(response, /^HTTP\/1\.1 401 [^]*"check":"credentials"/)
})
