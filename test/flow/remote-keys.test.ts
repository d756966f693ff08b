import t from 'tap'
import { boot } from '../helpers/boot.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { makeIdentifyingApp } from '../helpers/identifying-app.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, faults, startJwksServer } from '../helpers/jwks-server.ts'
import { deadOrigin } from '../helpers/upstream.ts'

const issuer = makeIssuer()

t.test('a token is verified with keys that are fetched from its issuer', async (t) => {
  const server = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const { send } = await startGateway(t, { identity: { providers: [issuer.provider({ jwks: { url: server.url } })] } })

  const good = await send('/', { headers: { authorization: `Bearer ${issuer.token()}` } })
  const unknown = await send('/', { headers: { authorization: `Bearer ${issuer.token({}, { kid: 'unknown' })}` } })

  t.equal(good.status, 200)
  t.equal(unknown.status, 401)
})

t.test('keys are discovered through the metadata of their issuer', async (t) => {
  const server = await startJwksServer(t, (request, response) => {
    const body = request.url === '/tenant/.well-known/openid-configuration' ? { issuer: idp, jwks_uri: `${server.origin}/jwks` } : { keys: [issuer.jwk] }
    response.end(JSON.stringify(body))
  })
  const idp = `${server.origin}/tenant`
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider({ issuer: idp, jwks: { discovery: true } })] })

  const response = await app.inject({ url: '/', headers: { authorization: `Bearer ${issuer.token({ iss: idp })}` } })

  t.equal(response.statusCode, 200)
  t.strictSame(server.fetched, ['/tenant/.well-known/openid-configuration', '/jwks'])
})

t.test('a token that is invalid regardless of its key causes no fetch', async (t) => {
  const server = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const jwks = { url: server.url, onReady: 'skip' } as const
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider({ jwks, algorithms: ['RS256'], typ: 'at+jwt' })] })
  const tokens = [
    issuer.token({}, { alg: 'ES256', typ: 'at+jwt' }), issuer.token({}, { typ: 'JWT' }), issuer.token({ iss: 'https://other.test' }, { typ: 'at+jwt' }),
    issuer.token({}, { typ: 'at+jwt', jku: `${server.origin}/theirs`, crit: ['jku'] }), 'a.b.c'
  ]

  for (const token of tokens) t.equal((await app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })).statusCode, 401)
  await app.inject('/')

  t.strictSame(server.fetched, [])
})

t.test('an address in a token is never requested', async (t) => {
  const theirs = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider()] })
  const stranger = makeIssuer('stranger')

  for (const header of [{ jku: theirs.url }, { x5u: theirs.url }, { kid: theirs.url }, { jwk: { kty: 'RSA' }, jku: theirs.url, x5u: theirs.url }]) {
    const response = await app.inject({ url: '/', headers: { authorization: `Bearer ${stranger.token({}, header)}` } })
    t.equal(response.statusCode, 401)
  }

  t.strictSame(theirs.fetched, [])
})

t.test('by default, the app waits for the keys but starts without them if they are unavailable', async (t) => {
  const [good, bad] = [await startJwksServer(t, respondWith({ keys: [issuer.jwk] })), await startJwksServer(t, respondWith('', 500))]
  const app = await makeIdentifyingApp(t, {
    providers: [
      issuer.provider({ jwks: { url: good.url } }), issuer.provider({ name: 'down', issuer: 'https://down.test', jwks: { url: bad.url } })
    ]
  })

  await app.ready()

  t.match(app.identityProviders(), [
    { name: 'test-idp', issuer: 'https://issuer.test', keys: [{ kid: 'test-key', algorithms: ['RS256'] }], lastRefresh: Date, lastError: null, cache: { hits: 0, misses: 0 } },
    { name: 'down', issuer: 'https://down.test', keys: [], lastRefresh: null, lastError: /returned 500/, cache: { hits: 0, misses: 0 } }
  ])
})

for (const [what, fault] of Object.entries(faults)) {
  t.test(`with onReady: 'require', the app does not start if the key response ${what}`, async (t) => {
    const server = await startJwksServer(t, fault)
    const app = await makeIdentifyingApp(t, { providers: [issuer.provider({ jwks: { url: server.url, timeoutMs: 100, onReady: 'require' } })] })

    await t.rejects(boot(app), { code: 'KEYS_UNAVAILABLE' })
  })
}

t.test('with onReady: \'require\', the app starts with the keys', async (t) => {
  const server = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider({ jwks: { url: server.url, onReady: 'require' } })] })

  await t.resolves(boot(app))
})

t.test('with onReady: \'skip\', the app starts immediately and fetches the keys for the first token', async (t) => {
  const server = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider({ jwks: { url: server.url, onReady: 'skip' } })] })
  await app.ready()
  t.strictSame(server.fetched, [])

  const response = await app.inject({ url: '/', headers: { authorization: `Bearer ${issuer.token()}` } })

  t.equal(response.statusCode, 200)
})

t.test('keys that cannot be fetched result in a logged 503 without a challenge', async (t) => {
  let log = ''
  const app = makeApp(t, { logger: { stream: { write (line) { log += line } } } })
  const jwks = { url: `${await deadOrigin()}/keys.json` }
  await makeIdentifyingApp(t, { providers: [issuer.provider({ jwks })] }, app)

  const response = await app.inject({ url: '/', headers: { authorization: `Bearer ${issuer.token()}` } })

  t.equal(response.statusCode, 503)
  t.match(response.headers['retry-after'], /^\d+$/)
  t.equal(response.headers['www-authenticate'], undefined)
  t.match(response.json(), { code: 'KEYS_UNAVAILABLE' })
  t.notMatch(response.body, /127\.0\.0\.1|ECONNREFUSED/)
  t.match(log, 'fetching the keys of the provider failed')
  t.match(log, 'ECONNREFUSED')
})
