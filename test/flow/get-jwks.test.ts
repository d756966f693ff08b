import buildGetJwks from 'get-jwks'
import t from 'tap'
import { fromClaim } from '../../lib/index.ts'
import { startGateway } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, startJwksServer } from '../helpers/jwks-server.ts'

const app = makeIssuer('known')

t.test('the keys of get-jwks verify tokens, and forged ones do not make it fetch again and again', async (t) => {
  const issuer = await startJwksServer(t, respondWith({ keys: [app.jwk] }))
  const iss = `${issuer.origin}/`
  const getJwks = buildGetJwks()
  const provider = app.provider({ issuer: iss, jwks: { getKey: ({ kid, alg, issuer: domain }) => getJwks.getJwk({ kid, alg, domain }) } })
  const { origin, app: gateway } = await startGateway(t, { identity: { providers: [provider] }, resolve: { pin: [fromClaim('version')] } })
  const send = async (header: object = {}) => {
    const token = app.token({ iss, version: 'v2' }, header)
    return await fetch(`${origin}/orders`, { headers: { authorization: `Bearer ${token}` } })
  }

  const first = await send()
  const forged = await Promise.all(Array.from({ length: 50 }, async (_, index) => await send({ kid: `forged-${index}` })))
  await issuer.stop()
  const last = await send({ typ: 'at+jwt' })

  t.match(await first.json(), { servedBy: 'v2' })
  t.ok(forged.every(({ status }) => status === 401))
  t.equal(issuer.fetched.length, 1 + 5)
  t.match(await last.json(), { servedBy: 'v2' })
  t.match(gateway.identityProviders(), [{ keys: [{ kid: 'known' }], onDemand: true, fetches: { succeeded: 6 } }])
})

t.test('a token gets 503 while get-jwks cannot fetch its key', async (t) => {
  const issuer = await startJwksServer(t, respondWith({}, 500))
  const iss = `${issuer.origin}/`
  const getJwks = buildGetJwks()
  const provider = app.provider({ issuer: iss, jwks: { getKey: ({ kid, alg, issuer: domain }) => getJwks.getJwk({ kid, alg, domain }) } })
  const { origin } = await startGateway(t, { identity: { providers: [provider] }, resolve: {} })

  const response = await fetch(`${origin}/orders`, { headers: { authorization: `Bearer ${app.token({ iss })}` } })

  t.match(await response.json(), { status: 503, code: 'KEYS_UNAVAILABLE' })
  t.equal(response.headers.get('retry-after'), '1')
})
