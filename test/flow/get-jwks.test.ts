import buildGetJwks from 'get-jwks'
import t from 'tap'
import { fromClaim } from '../../lib/index.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
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
  t.equal(forged.filter(({ status }) => status === 401).length, 5)
  t.equal(forged.filter(({ status }) => status === 503).length, 45, 'a key that was not looked up may exist')
  t.equal(issuer.fetched.length, 1 + 5)
  t.match(await last.json(), { servedBy: 'v2' })
  t.match(gateway.identityProviders(), [{ keys: [{ kid: 'known' }], onDemand: true, fetches: { succeeded: 6 } }])
})

t.test('forged tokens do not flood the log', async (t) => {
  const issuer = await startJwksServer(t, respondWith({ keys: [app.jwk] }))
  const iss = `${issuer.origin}/`
  const getJwks = buildGetJwks()
  const provider = app.provider({ issuer: iss, jwks: { getKey: ({ kid, alg }) => getJwks.getJwk({ kid, alg, domain: iss }) } })
  const lines: string[] = []
  const logger = { level: 'warn', stream: { write: (line: string) => { lines.push(line) } } }
  const { origin } = await startGateway(t, { identity: { providers: [provider] }, resolve: {} }, makeApp(t, { logger }))

  for (let index = 0; index < 20; index++) {
    await fetch(origin, { headers: { authorization: `Bearer ${app.token({ iss }, { kid: `forged-${index}` })}` } })
  }

  t.match(lines.map((line) => JSON.parse(line)), [{ level: 50, provider: provider.name, issuer: iss, skipped: 1 }])
  t.equal(lines.length, 1)
})

t.test('the first tokens of many tenants are accepted, also while one of them gets forged tokens', async (t) => {
  const issuer = await startJwksServer(t, respondWith({ keys: [app.jwk] }))
  const getJwks = buildGetJwks()
  const tenants = Array.from({ length: 20 }, (_, index) => `t${index}`)
  const provider = app.provider({
    issuer: { template: `${issuer.origin}/{tenant}/`, tenants },
    jwks: { getKey: ({ kid, alg }) => getJwks.getJwk({ kid, alg, domain: issuer.origin }) }
  })
  const { origin } = await startGateway(t, { identity: { providers: [provider] }, resolve: {} })
  const statusOf = async (tenant: string, header: object = {}): Promise<number> => {
    const token = app.token({ iss: `${issuer.origin}/${tenant}/` }, header)
    return (await fetch(origin, { headers: { authorization: `Bearer ${token}` } })).status
  }
  await Promise.all(Array.from({ length: 10 }, async (_, index) => await statusOf('t0', { kid: `forged-${index}` })))

  const statuses = await Promise.all(tenants.map(async (tenant) => await statusOf(tenant)))

  t.strictSame(statuses, [503, ...tenants.slice(1).map(() => 200)])
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
