import t, { type Test } from 'tap'
import type { VerifyIdentityOptions } from '../../types/index.ts'
import { startGateway } from '../helpers/gateway.ts'
import { makeIdentifyingApp } from '../helpers/identifying-app.ts'
import { makeIssuer, part } from '../helpers/issuer.ts'
import { singleVersion, observed } from '../helpers/observed.ts'
import { startUpstream } from '../helpers/upstream.ts'

const issuer = makeIssuer()
const identity = (options: Partial<VerifyIdentityOptions> = {}): VerifyIdentityOptions => ({
  onOpaque: 'pass', providers: [issuer.provider({ claimsToHeaders: [{ claim: 'sub', header: 'x-user' }] })], ...options
})
const jwe = `${part({ alg: 'dir', enc: 'A256GCM' })}..aXY.Y2lwaGVy.dGFn`
const opaque = ['2YotnFZFEjr1zCsicMWpAA', 'ya29.a0AfH6SM', 'hvs.CAESIJ', 'MTk4NjIy.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs', 'v4.public.eyJzdWIi.Zm9v', jwe]

async function start (t: Test, options: VerifyIdentityOptions) {
  const { see, send } = await startGateway(t, { identity: options })
  return { see, send, withToken: (token: string) => ({ headers: { authorization: `Bearer ${token}` } }) }
}

t.test('an opaque token is refused by default', async (t) => {
  const { send, withToken } = await start(t, identity({ onOpaque: 'reject' }))

  for (const token of opaque) t.equal((await send('/', withToken(token))).status, 401, token)
})

t.test('an opaque token is forwarded without verification, and its caller is anonymous', async (t) => {
  const { see, withToken } = await start(t, identity())

  for (const token of opaque) {
    const { headers } = await see('/', { headers: { authorization: `Bearer ${token}`, 'x-user': 'admin' } })
    t.match(headers, { authorization: `Bearer ${token}`, 'x-user': undefined }, token)
  }
  t.match((await see('/', withToken(issuer.token()))).headers, { 'x-user': 'alice' })
})

t.test('an opaque token is forwarded even with forwardToken: false', async (t) => {
  const { see, withToken } = await start(t, identity({ providers: [issuer.provider({ forwardToken: false })] }))

  t.match((await see('/', withToken(opaque[0]!))).headers, { authorization: `Bearer ${opaque[0]}` })
  t.match((await see('/', withToken(issuer.token()))).headers, { authorization: undefined })
})

t.test('a token that a lenient parser could accept as a JSON Web Token is never opaque', async (t) => {
  const { send, withToken } = await start(t, identity())
  const [header, payload, signature] = issuer.token().split('.') as [string, string, string]

  for (const token of [
    makeIssuer().token(), issuer.token({ exp: 1 }), `${header}=.${payload}.${signature}`, `${header}.${payload}`, `${header}.${payload}.`, `${header}.${payload}.${signature}.a.b`,
    `${part(' {"alg":"RS256"}')}.${payload}.${signature}`, `${part('\uFEFF{"alg":"RS256"}')}.${payload}.${signature}`, `${part('{"alg":"RS256",}')}.${payload}.${signature}`,
    `${part('{"alg":"RS256",}')}.a.b.c.d`
  ]) t.equal((await send('/', withToken(token))).status, 401, token)
})

t.test('malformed credentials are not an opaque token', async (t) => {
  const { send } = await start(t, identity())

  for (const authorization of ['Bearer', 'Bearer a b', 'Bearer "a"', opaque[1]!, 'Bearer a, Bearer b']) {
    t.equal((await send('/', { headers: { authorization } })).status, 401, authorization)
  }
})

t.test('an opaque token does not satisfy a route that requires an identity', async (t) => {
  const app = await makeIdentifyingApp(t, identity())
  const send = async (url: string) => await app.inject({ url, headers: { authorization: `Bearer ${opaque[0]}` } })

  t.match((await send('/')).json(), { identity: null })
  t.match(await send('/required'), { statusCode: 401, headers: { 'www-authenticate': /error="invalid_token"/ } })
  t.match((await send('/required')).json(), { code: 'TOKEN_INVALID', check: 'opaque' })
})

t.test('an opaque token next to another token is refused unless sources have an order', async (t) => {
  const tokenSources = [{ header: 'authorization' }, { cookie: 'session' }]
  const headers = { authorization: `Bearer ${opaque[0]}`, cookie: `session=${issuer.token()}` }
  const strict = await start(t, identity({ providers: [issuer.provider({ tokenSources })] }))
  const ordered = await start(t, identity({ sources: tokenSources }))

  t.equal((await strict.send('/', { headers })).status, 401)
  t.match((await ordered.see('/', { headers })).headers, { authorization: `Bearer ${opaque[0]}`, 'x-user': 'alice' })
})

t.test('an opaque token has its own result in the metrics and in explanations', async (t) => {
  const { app, send, metricsOf } = await observed(t, { ...singleVersion(await startUpstream(t, 'latest')), identity: identity() })

  await send('/a', { headers: { authorization: `Bearer ${opaque[0]}` } })
  await send('/a')
  const { value } = await metricsOf(2)
  const { trace } = await app.versions.explain({ headers: { authorization: `Bearer ${opaque[0]}` } })

  t.equal(value('version_gateway_identity_total', { result: 'opaque' }), 1)
  t.equal(value('version_gateway_identity_total', { result: 'anonymous' }), 1)
  t.ok(trace.includes('The token is opaque. It is forwarded without verification, and the caller is anonymous.'))
})
