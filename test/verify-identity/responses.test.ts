import t from 'tap'
import { listen, makeApp } from '../helpers/gateway.ts'
import { makeIdentifyingApp } from '../helpers/identifying-app.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { sendRaw } from '../helpers/raw.ts'

const issuer = makeIssuer()

t.test('a refused HEAD request gets all headers but no body', async (t) => {
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider()], policy: 'require' })
  const origin = await listen(app)

  const missing = await sendRaw(t, origin, ['HEAD / HTTP/1.1', 'Host: api.test'])
  const bad = await sendRaw(t, origin, ['HEAD / HTTP/1.1', 'Host: api.test', 'Authorization: Bearer bad'])

  t.match(missing, /^HTTP\/1\.1 401 [^]*\r\nwww-authenticate: Bearer realm="api"\r\n[^]*\r\n\r\n$/)
  t.match(bad, /^HTTP\/1\.1 401 [^]*\r\nwww-authenticate: Bearer realm="api", error="invalid_token", [^]*\r\n\r\n$/)
  t.notMatch(missing + bad, '{')
})

t.test('a preflight needs no token, but a bad token is refused', async (t) => {
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider()], policy: 'require' })
  const preflight = { origin: 'https://app.test', 'access-control-request-method': 'GET' }
  const send = async (headers: object) => (await app.inject({ method: 'OPTIONS', url: '/', headers: { ...headers } })).statusCode

  t.equal(await send(preflight), 200)
  t.equal(await send({ ...preflight, authorization: 'Bearer bad' }), 401)
  t.equal(await send({ origin: 'https://app.test' }), 401)
  t.equal(await send({ 'access-control-request-method': 'GET' }), 401)
})

t.test('a configured key that cannot be used is logged with its kid and the reason', async (t) => {
  const lines: Array<Record<string, unknown>> = []
  const app = makeApp(t, { logger: { stream: { write: (line: string) => { lines.push(JSON.parse(line) as Record<string, unknown>) } } } })
  const keys = [issuer.jwk, { ...makeIssuer('for encryption').jwk, use: 'enc' }]

  await makeIdentifyingApp(t, { providers: [issuer.provider({ jwks: { keys } })] }, app)

  t.match(lines, [{
    level: 40, provider: 'test-idp', kid: 'for encryption', reason: 'its use is "enc", not sig', msg: 'ignoring a key of the provider'
  }])
  t.match(app.identityProviders(), [{ keys: [{ kid: 'test-key' }], lastRefresh: null, lastError: null }])
})

t.test('several gateways in one app each have their own status', async (t) => {
  const app = makeApp(t)
  const found: string[] = []
  for (const name of ['one', 'two']) {
    await app.register(async (scope) => {
      await makeIdentifyingApp(t, { providers: [issuer.provider({ name })] }, scope)
      found.push(...scope.identityProviders().map((provider) => provider.name))
    }, { prefix: `/${name}` })
  }

  t.strictSame(found, ['one', 'two'])
})
