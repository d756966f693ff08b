import t from 'tap'
import { sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'
import { makeApp } from '../helpers/gateway.ts'
import { algorithms } from '../helpers/hostile-tokens.ts'
import { identifyingApp } from '../helpers/identifying-app.ts'
import { makeIssuer } from '../helpers/issuer.ts'

t.test('a valid token identifies its caller', async (t) => {
  const issuer = makeIssuer()
  const send = await identifyingApp(t, { providers: [issuer.provider()] })

  const response = await send(`Bearer ${issuer.token({ roles: ['Admin'] })}`)

  t.match(response.json().identity, { provider: 'test-idp', claims: { sub: 'alice', roles: ['Admin'] } })
})

t.test('a request without a token has no identity', async (t) => {
  const send = await identifyingApp(t, { providers: [makeIssuer().provider()] })

  const response = await send()

  t.equal(response.statusCode, 200)
  t.equal(response.json().identity, null)
})

t.test('without a provider, no caller is identified and tokens are not read', async (t) => {
  const send = await identifyingApp(t, { providers: [] })

  const response = await send('Bearer whatever')

  t.match(response.json(), { identity: null, headers: { authorization: 'Bearer whatever' } })
})

for (const algorithm of algorithms) {
  const issuer = makeIssuer('key', algorithm)

  t.test(`a token that is signed with ${algorithm} identifies its caller`, async (t) => {
    const send = await identifyingApp(t, { providers: [issuer.provider()] })

    const response = await send(`Bearer ${issuer.token()}`)

    t.equal(response.json().identity?.claims.sub, 'alice')
  })

  t.test(`a token that is signed with ${algorithm} is refused if the algorithm is not accepted`, async (t) => {
    const send = await identifyingApp(t, { providers: [issuer.provider({ algorithms: [algorithm === 'RS256' ? 'PS256' : 'RS256'] })] })

    const response = await send(`Bearer ${issuer.token()}`)

    t.match(response.json(), { status: 401, detail: 'The algorithm of the token is not accepted.' })
  })
}

t.test('a token without a kid is verified with every suitable key, and the refusal has the actual reason', async (t) => {
  const [one, two] = [makeIssuer('one'), makeIssuer('two')]
  const send = await identifyingApp(t, { providers: [one.provider({ jwks: { keys: [one.jwk, two.jwk, makeIssuer('three').jwk] } })] })

  const good = await send(`Bearer ${two.token({}, { kid: undefined })}`)
  const expired = await send(`Bearer ${two.token({ exp: 1 }, { kid: undefined })}`)
  const stranger = await send(`Bearer ${makeIssuer().token({}, { kid: undefined })}`)

  t.equal(good.statusCode, 200)
  t.equal(expired.json().detail, 'The token has expired.')
  t.equal(stranger.json().detail, 'The signature of the token is not valid.')
})

t.test('the issuer selects the provider', async (t) => {
  const [one, two] = [makeIssuer(), makeIssuer()]
  const send = await identifyingApp(t, {
    providers: [one.provider(), two.provider({ name: 'second', issuer: 'https://second.test' })]
  })

  const first = await send(`Bearer ${one.token()}`)
  const second = await send(`Bearer ${two.token({ iss: 'https://second.test' })}`)
  const mixed = await send(`Bearer ${two.token()}`)

  t.equal(first.json().identity.provider, 'test-idp')
  t.equal(second.json().identity.provider, 'second')
  t.equal(mixed.statusCode, 401)
})

t.test('a malformed Authorization is refused, and another scheme is forwarded', async (t) => {
  const send = await identifyingApp(t, { providers: [makeIssuer().provider()] })

  const bare = await send('Bearer')
  const basic = await send('Basic eA==')

  t.equal(bare.statusCode, 401)
  t.match(basic.json(), { identity: null, headers: { authorization: 'Basic eA==' } })
})

t.test('otherSchemes: \'reject\' refuses another scheme', async (t) => {
  const send = await identifyingApp(t, { providers: [makeIssuer().provider()], otherSchemes: 'reject' })

  const response = await send('Basic eA==')

  t.equal(response.statusCode, 401)
})

t.test('policy \'require\' refuses a request without a token, with a bare challenge', async (t) => {
  const send = await identifyingApp(t, { providers: [makeIssuer().provider()], policy: 'require', realm: 'orders' })

  const missing = await send()
  const basic = await send('Basic eA==')

  for (const response of [missing, basic]) {
    t.equal(response.statusCode, 401)
    t.equal(response.headers['www-authenticate'], 'Bearer realm="orders"')
    t.match(response.json(), { code: 'TOKEN_MISSING' })
  }
})

t.test('a route can have its own policy', async (t) => {
  const send = await identifyingApp(t, { providers: [makeIssuer().provider()] })

  const required = await send(undefined, '/required')
  const unread = await send('Bearer bad', '/unread')

  t.equal(required.statusCode, 401)
  t.equal(unread.statusCode, 200)
})

t.test('a claim whose value is not a valid header is refused', async (t) => {
  const issuer = makeIssuer()
  const send = await identifyingApp(t, { providers: [issuer.provider({ claimsToHeaders: [{ claim: 'v', header: 'X-V' }] })] })

  const bad = await send(`Bearer ${issuer.token({ v: 'a\r\nb: c' })}`)
  const good = await send(`Bearer ${issuer.token({ v: 'a' })}`)
  const absent = await send(`Bearer ${issuer.token()}`)

  t.match(bad.json(), { status: 401, code: 'TOKEN_INVALID' })
  t.equal(good.json().headers['x-v'], 'a')
  t.notOk('x-v' in absent.json().headers)
})

t.test('the claims of a request are deeply frozen', async (t) => {
  const issuer = makeIssuer()
  const app = makeApp(t)
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { providers: [issuer.provider()] })
  app.get('/', async ({ identity }) => [identity, identity?.claims, identity?.claims.nested].every(Object.isFrozen))

  const response = await app.inject({ url: '/', headers: { authorization: `Bearer ${issuer.token({ nested: { a: [1] } })}` } })

  t.equal(response.body, 'true')
})

t.test('the app can use @fastify/jwt itself', async (t) => {
  const { default: fastifyJwt } = await import('@fastify/jwt')
  const issuer = makeIssuer()
  const app = makeApp(t)
  await app.register(fastifyJwt, { secret: 'the app\'s own secret' })
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { providers: [issuer.provider()] })
  app.get('/', async ({ identity }) => ({ provider: identity?.provider, own: app.jwt.verify(app.jwt.sign({ a: 1 })) }))

  const response = await app.inject({ url: '/', headers: { authorization: `Bearer ${issuer.token()}` } })

  t.match(response.json(), { provider: 'test-idp', own: { a: 1 } })
})
