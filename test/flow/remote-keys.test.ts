import t from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { deadOrigin, startUpstream } from '../helpers/upstream.ts'

t.test('a token is verified with keys that are fetched from its issuer', async (t) => {
  const issuer = makeIssuer()
  const jwks = await startUpstream(t, 'jwks', (_request, response) => response.end(JSON.stringify({ keys: [issuer.jwk] })))
  const { send } = await startGateway(t, { identity: { providers: [issuer.provider({ jwks: { url: `${jwks}/keys.json` } })] } })

  const good = await send('/', { headers: { authorization: `Bearer ${issuer.token()}` } })
  const unknown = await send('/', { headers: { authorization: `Bearer ${issuer.token({}, { kid: 'unknown' })}` } })

  t.equal(good.status, 200)
  t.equal(unknown.status, 401)
})

t.test('an algorithm that is not accepted fetches nothing', async (t) => {
  let fetched = 0
  const issuer = makeIssuer()
  const jwks = await startUpstream(t, 'jwks', (_request, response) => { fetched++; response.end('{}') })
  const { send } = await startGateway(t, { identity: { providers: [issuer.provider({ jwks: { url: `${jwks}/keys.json` }, algorithms: ['ES256'] })] } })

  const response = await send('/', { headers: { authorization: `Bearer ${issuer.token()}` } })

  t.equal(response.status, 401)
  t.equal(fetched, 0)
})

t.test('keys that cannot be fetched are the operator\'s problem: 503, without a challenge', async (t) => {
  const issuer = makeIssuer()
  const { send } = await startGateway(t, {
    identity: { providers: [issuer.provider({ jwks: { url: `${await deadOrigin()}/keys.json` } })] }
  })

  const response = await send('/', { headers: { authorization: `Bearer ${issuer.token()}` } })

  t.equal(response.status, 503)
  t.equal(response.headers.get('retry-after'), '5')
  t.equal(response.headers.get('www-authenticate'), null)
  t.match(await response.json(), { code: 'KEYS_UNAVAILABLE' })
})
