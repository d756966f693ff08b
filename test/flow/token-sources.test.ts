import t, { type Test } from 'tap'
import type { IdentityProvider, VerifyIdentityOptions } from '../../types/index.ts'
import { listen, makeApp, startGateway } from '../helpers/gateway.ts'
import { makeHttp2App, startHttp2Gateway } from '../helpers/http2.ts'
import { makeIdentifyingApp } from '../helpers/identifying-app.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import type { Seen } from '../helpers/upstream.ts'

const issuer = makeIssuer()
const tokenSources: IdentityProvider['tokenSources'] = [
  { header: 'authorization', prefix: 'Bearer ' }, { header: 'x-token', prefix: 'Token ' }, { cookie: 'session' }, { query: 'access_token' }
]
const claimsToHeaders = [{ claim: 'sub', header: 'x-user' }]
const identity = (options: Partial<IdentityProvider> = {}): VerifyIdentityOptions =>
  ({ providers: [issuer.provider({ tokenSources, claimsToHeaders, ...options })] })

/** Starts a gateway that accepts tokens from every source. `see` returns what the upstream received. */
async function start (t: Test, options: Partial<IdentityProvider> = {}, app = makeApp(t)) {
  const { origin, send } = await startGateway(t, { identity: identity(options) }, app)
  return {
    origin,
    send,
    see: async (path: string, ...lines: string[]) => bodyOf<Seen>(await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test', ...lines]))
  }
}

t.test('a token is found in every source of its provider', async (t) => {
  const { see } = await start(t)
  const token = issuer.token()

  for (const [path, ...lines] of [
    ['/', `Authorization: bearer ${token}`], ['/', `X-Token: Token ${token}`], ['/', `Cookie: a=1; session=${token}`], [`/?access_token=${token}`],
    ['/', `Authorization: Bearer ${token}`, `Cookie: session=${token}`], ['/', 'Authorization: Basic eA==', `Cookie: session=${token}`]
  ]) {
    t.equal((await see(path!, ...lines)).headers['x-user'], 'alice')
  }
})

t.test('a forwarded token is forwarded unchanged', async (t) => {
  const { see } = await start(t)
  const token = issuer.token()

  const { headers } = await see('/', `Authorization: Bearer ${token}`, `Cookie: a=1; session=${token}`)

  t.match(headers, { authorization: `Bearer ${token}`, cookie: `a=1; session=${token}` })
})

t.test('a token that is not forwarded is removed from every source, and nothing else is', async (t) => {
  const { see } = await start(t, { forwardToken: false })
  const token = issuer.token()

  const { headers, rawHeaders, path } = await see(
    `/a?b=1&access_token=${token}&c=%20`, `Authorization: Bearer ${token}`, `X-Token: Token ${token}`, `Cookie: a=1; session=${token}`, 'Cookie: b=2', 'X-Other: 1'
  )

  t.notOk(JSON.stringify(rawHeaders).includes(token.slice(-20)))
  t.match(headers, { cookie: 'a=1; b=2', 'x-other': '1', 'x-user': 'alice', authorization: undefined, 'x-token': undefined })
  t.equal(path, '/a?b=1&c=%20')
})

t.test('a token in the query is removed without other changes', async (t) => {
  const { see } = await start(t)

  for (const [query, left] of [
    ['?access_token=TOKEN', ''], ['?access_token=TOKEN&a=1', '?a=1'], ['?a=1&access_token=TOKEN', '?a=1'], ['?a=%2f&&access_token=TOKEN&b', '?a=%2f&&b'],
    ['?acc%65ss_token=TOKEN', ''], ['?a=b?access_token=1&access_token=TOKEN', '?a=b?access_token=1']
  ]) {
    t.test(`the token in ${query} is removed, and the rest is unchanged`, async (t) => {
      const seen = await see(`/x${query!.replace('TOKEN', issuer.token())}`)

      t.equal(seen.path, `/x${left}`)
      t.equal(seen.headers['x-user'], 'alice')
    })
  }
})

const good = issuer.token()
const other = issuer.token({ sub: 'bob' })
const refused: Array<[what: string, path: string, lines: string[]]> = [
  ['two tokens in the query', `/?access_token=${good}&access_token=${other}`, []],
  ['one token twice in the query', `/?access_token=${good}&access_token=${good}`, []],
  ['a token twice in the query, spelled in two ways', `/?access_token=${good}&acc%65ss_token=${other}`, []],
  ['an empty token in the query', '/?access_token=', []],
  ['a token in the query without a value', '/?access_token', []],
  ['a token in the query that cannot be decoded', '/?access_token=%zz', []],
  ['tokens of two people in two places', `/?access_token=${good}`, [`Authorization: Bearer ${other}`]],
  ['tokens of two people in header and cookie', '/', [`Authorization: Bearer ${good}`, `Cookie: session=${other}`]],
  ['a good token and a bad one', '/', [`Authorization: Bearer ${good}`, 'Cookie: session=bad']],
  ['a good token and an empty cookie', '/', [`Authorization: Bearer ${good}`, 'Cookie: session=']],
  ['a good token and only a scheme', '/', ['Authorization: Bearer', `Cookie: session=${good}`]],
  ['a good cookie and a bad token', '/', ['Authorization: Bearer bad', `Cookie: session=${good}`]],
  ['two lines of Authorization', '/', [`Authorization: Bearer ${good}`, `Authorization: Bearer ${good}`]],
  ['a second line of Authorization that Node drops', '/', ['Authorization: Basic eA==', `Authorization: Bearer ${good}`]],
  ['two lines of another header', '/', [`X-Token: Token ${good}`, `X-Token: Token ${good}`]]
]
t.test('several or incomplete credentials are refused', async (t) => {
  const { origin } = await start(t)

  for (const [what, path, lines] of refused) {
    t.test(`a request is refused with 401: ${what}`, async (t) => {
      const response = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test', ...lines])

      t.match(response, /^HTTP\/1\.1 401 /)
      t.match(response, /\r\nwww-authenticate: Bearer realm="api", error="invalid_token"/)
      t.match(response, '"code":"TOKEN_INVALID"')
    })
  }
})

t.test('a token is verified even if Connection names its header', async (t) => {
  const { origin, see } = await start(t)

  const bad = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test', 'Authorization: Bearer bad', 'Connection: authorization'])
  const seen = await see('/', `Authorization: Bearer ${good}`, 'Connection: authorization, x-user')

  t.match(bad, /^HTTP\/1\.1 401 /)
  t.match(seen.headers, { 'x-user': 'alice', authorization: undefined })
})

t.test('a token is accepted only from the sources of its own issuer', async (t) => {
  const second = makeIssuer()
  const app = await makeIdentifyingApp(t, {
    providers: [issuer.provider(), second.provider({ name: 'second', issuer: 'https://second.test', tokenSources: [{ cookie: 'session' }] })]
  })
  const token = second.token({ iss: 'https://second.test' })
  const send = async (headers: Record<string, string>) => (await app.inject({ url: '/', headers })).statusCode

  t.equal(await send({ cookie: `session=${token}` }), 200)
  t.equal(await send({ authorization: `Bearer ${token}` }), 401)
  t.equal(await send({ cookie: `session=${good}` }), 401)
  t.equal(await send({ authorization: `Bearer ${good}` }), 200)
  // The token is cached by now and is still refused.
  t.equal(await send({ authorization: `Bearer ${token}` }), 401)
})

t.test('a token in the query is not logged, whether it is accepted or refused', async (t) => {
  let log = ''
  const app = makeApp(t, { logger: { level: 'trace', stream: { write (line) { log += line } } } })
  await makeIdentifyingApp(t, { providers: [issuer.provider({ tokenSources })] }, app)
  const origin = await listen(app)

  const response = await fetch(`${origin}/?access_token=${good}&a=1`)
  await fetch(`${origin}/?access_token=bad-${good}`)

  t.match(await response.json(), { identity: { provider: 'test-idp' }, url: '/?a=1' })
  t.match(log, '"url":"/?a=1"')
  t.notOk(log.includes(good.slice(0, 30)) || log.includes(good.slice(-30)))
})

t.test('a token in the query is found and hidden even on a route that was added before the stage', async (t) => {
  const app = makeApp(t)
  app.get('/old', async ({ identity, url, query }) => ({ identity, url, query }))
  await makeIdentifyingApp(t, { providers: [issuer.provider({ tokenSources })] }, app)

  const response = await app.inject(`/old?access_token=${good}&a=1`)

  t.match(response.json(), { identity: { provider: 'test-idp' }, url: '/old?a=1', query: { a: '1', access_token: undefined } })
})

t.test('over HTTP/2, several tokens are refused, too', async (t) => {
  const { send, see } = await startHttp2Gateway(t, { identity: identity() }, await makeHttp2App(t))

  const found = await see('/', { cookie: ['a=1', `session=${good}`] as unknown as string })
  const two = await send('/', { authorization: `Bearer ${good}`, cookie: `session=${other}` })
  const inQuery = await see(`/x?access_token=${good}`)

  t.equal(found.headers['x-user'], 'alice')
  t.equal(two.status, 401)
  t.strictSame([inQuery.path, inQuery.headers['x-user']], ['/x', 'alice'])
})
