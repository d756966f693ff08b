import { createHmac } from 'node:crypto'
import t from 'tap'
import { hmacToken } from '../helpers/issuer.ts'
import { bearer, jwtGateway, secret } from '../helpers/jwt-gateway.ts'

t.test('a token in a cookie identifies its caller', async (t) => {
  const { send, token } = await jwtGateway(t, { jwt: { cookie: { cookieName: 'session', signed: false } } })

  const good = await send('/api/orders', { cookie: `session=${token()}` })
  const bad = await send('/api/orders', { cookie: 'session=a.b.c' })
  const none = await send('/api/orders', { cookie: 'other=1' })

  t.match(await good.json(), { servedBy: 'v2' })
  t.equal(bad.status, 401)
  t.match(await none.json(), { servedBy: 'latest' })
})

t.test('a signed cookie must have its signature', async (t) => {
  const { app, send, token } = await jwtGateway(t, { jwt: { cookie: { cookieName: 'session', signed: true } } })

  const good = await send('/api/orders', { cookie: `session=${encodeURIComponent(app.signCookie(token()))}` })
  const forged = await send('/api/orders', { cookie: `session=${encodeURIComponent(`${token()}.AAAA`)}` })

  t.match(await good.json(), { servedBy: 'v2' })
  t.match(await forged.json(), { status: 401, check: 'credentials' })
})

t.test('members that formatUser adds or changes are claims, and so are those that it drops', async (t) => {
  const formatUser = ({ sub, tier }: { sub?: string, tier?: string }) => ({ id: sub, tier: tier?.toUpperCase() })
  const { me, send, token } = await jwtGateway(t, {
    jwt: { formatUser: formatUser as never },
    adapter: { claimsToHeaders: ['sub', 'id', 'tier'].map((claim) => ({ claim, header: `x-${claim}` })) }
  })

  const forwarded = await send('/api/orders', bearer(token({ tier: 'gold' })))
  const { user } = await me(bearer(token({ tier: 'gold' })))

  t.match(await forwarded.json(), { servedBy: 'v2', headers: { 'x-sub': 'alice', 'x-id': 'alice', 'x-tier': 'GOLD' } })
  t.strictSame(user, { id: 'alice', tier: 'GOLD' })
})

t.test('a user that is not an object leaves the claims of the token', async (t) => {
  const { send, me, token } = await jwtGateway(t, {
    jwt: { formatUser: (({ sub }: { sub?: string }) => sub) as never }, adapter: { claimsToHeaders: [{ claim: 'sub', header: 'x-sub' }] }
  })

  const forwarded = await send('/api/orders', bearer(token()))
  const { user } = await me(bearer(token()))

  t.match(await forwarded.json(), { servedBy: 'v2', headers: { 'x-sub': 'alice' } })
  t.equal(user, 'alice')
})

t.test('a user with all parts of the token leaves only its claims', async (t) => {
  const { me, token } = await jwtGateway(t, { jwt: { verify: { complete: true } as never } })

  const { identity } = await me(bearer(token()))

  t.strictSame(Object.keys(identity.claims).sort(), ['iat', 'sub', 'version'])
})

t.test('numbers keep the digits of the token', async (t) => {
  const { app, send } = await jwtGateway(t, { adapter: { claimsToHeaders: [{ claim: 'account', header: 'x-account' }] } })
  const [head] = app.jwt.sign({}).split('.')
  const input = `${head}.${Buffer.from('{"account":1234567890123456789}').toString('base64url')}`

  const response = await send('/api/orders', bearer(`${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`))

  t.match(await response.json(), { headers: { 'x-account': '1234567890123456789' } })
})

t.test('another decorator has the user', async (t) => {
  const { app, send, token } = await jwtGateway(t, { jwt: { decoratorName: 'customer' } })

  const response = await send('/api/orders', bearer(token()))

  t.match(await response.json(), { servedBy: 'v2' })
  t.equal(app.hasRequestDecorator('customer'), true)
})

for (const [what, jwt, adapter] of [
  ['a namespace', { namespace: 'security' }, { namespace: 'security' }],
  ['a namespace with custom names', { namespace: 'security', jwtVerify: 'check' }, { namespace: 'security', jwtVerify: 'check' }]
] as const) {
  t.test(`${what} of the plugin verifies tokens`, async (t) => {
    const { app, send } = await jwtGateway(t, { jwt, adapter })
    const token = (app.jwt as unknown as Record<string, typeof app.jwt>).security!.sign({ version: 'v2' })

    const good = await send('/api/orders', bearer(token))
    const bad = await send('/api/orders', bearer('a.b.c'))

    t.match(await good.json(), { servedBy: 'v2' })
    t.equal(bad.status, 401)
  })
}

t.test('a token that the app does not trust gets 401', async (t) => {
  const { send, token } = await jwtGateway(t, { jwt: { trusted: async (_request, { sub }) => sub !== 'mallory' } })

  const trusted = await send('/api/orders', bearer(token()))
  const untrusted = await send('/api/orders', bearer(token({ sub: 'mallory' })))

  t.match(await trusted.json(), { servedBy: 'v2' })
  t.match(await untrusted.json(), { status: 401, check: 'verifier' })
})

t.test('the options that routes pass to jwtVerify apply to the gateway too', async (t) => {
  const { send, token } = await jwtGateway(t, { adapter: { verify: { allowedIss: 'us' } } })

  const ours = await send('/api/orders', bearer(token({ iss: 'us' })))
  const theirs = await send('/api/orders', bearer(token({ iss: 'them' })))

  t.match(await ours.json(), { servedBy: 'v2' })
  t.equal(theirs.status, 401)
})

t.test('a token from a place of the app identifies its caller, and no token there is none', async (t) => {
  const extractToken = ({ headers }: { headers: Record<string, string> }) => headers['x-token']
  const { send, token } = await jwtGateway(t, { jwt: { verify: { extractToken: extractToken as never } }, adapter: { readsHeaders: ['X-Token'] } })

  const good = await send('/api/orders', { 'x-token': token(), authorization: 'Bearer of the upstream' })
  const none = await send('/api/orders', { authorization: 'Bearer of the upstream' })
  const bad = await send('/api/orders', { 'x-token': 'a.b.c' })

  t.match(await good.json(), { servedBy: 'v2' })
  t.match(await none.json(), { servedBy: 'latest' })
  t.equal(bad.status, 401)
})

t.test('while its secret is unavailable, a token gets 503, and one with an unknown key 401', async (t) => {
  const log: string[] = []
  const secretFor = async (_request: unknown, { header: { kid } }: { header: { kid: string } }): Promise<string> => {
    if (kid === 'good') return secret
    throw Object.assign(new Error('the issuer is down'), kid === 'unknown' ? { code: 'JWK_NOT_FOUND' } : {})
  }
  const { send } = await jwtGateway(t, { log, jwt: { decode: { complete: true }, secret: secretFor as never } })
  const respond = async (kid: string) => await send('/api/orders', bearer(hmacToken('HS256', { alg: 'HS256', kid }, { version: 'v2' }, secret)))

  const [good, down, unknown] = [await respond('good'), await respond('down'), await respond('unknown')]

  t.match(await good.json(), { servedBy: 'v2' })
  t.match(await down.json(), { status: 503, code: 'KEYS_UNAVAILABLE' })
  t.equal(down.headers.get('www-authenticate'), null)
  t.match(await unknown.json(), { status: 401, check: 'key' })
  t.match(log.join(''), 'the issuer is down')
})
