import t from 'tap'
import { listen } from '../helpers/gateway.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { makeIdentifyingApp } from '../helpers/identifying-app.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, type Respond, startJwksServer } from '../helpers/jwks-server.ts'

const issuer = makeIssuer()

/** Sends this many requests. @returns how often each status occurred */
async function statuses (count: number, send: (index: number) => Promise<{ statusCode: number }>): Promise<Record<number, number>> {
  const found: Record<number, number> = {}
  for (let begun = 0; begun < count; begun += 100) {
    const responses = await Promise.all(Array.from({ length: 100 }, async (_, index) => await send(begun + index)))
    for (const { statusCode } of responses) found[statusCode] = (found[statusCode] ?? 0) + 1
  }
  return found
}

const downs: Array<[what: string, down: Respond | null, count: number]> = [
  ['is gone', null, 10_000],
  ['responds with an error', respondWith('', 503), 500],
  ['accepts requests and never responds', () => {}, 500]
]
for (const [what, down, count] of downs) {
  t.test(`if an issuer ${what} after its keys were loaded, valid tokens still work, with at most two more fetches`, async (t) => {
    const server = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
    const app = await makeIdentifyingApp(t, { providers: [issuer.provider({ jwks: { url: server.url, timeoutMs: 1000 } })] })
    await app.ready()
    if (down === null) await server.stop()
    else server.setResponse(down)
    const tokens = Array.from({ length: 200 }, (_, index) => issuer.token({ sub: `user-${index}` }))
    const strange = Array.from({ length: 200 }, (_, index) => issuer.token({}, { kid: `unknown-${index}` }))
    const send = (token: string) => app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })

    const [valid, unknown] = await Promise.all([
      statuses(count, async (index) => await send(tokens[index % tokens.length]!)),
      statuses(count, async (index) => await send(strange[index % strange.length]!))
    ])

    t.strictSame(valid, { 200: count })
    t.strictSame(unknown, { 401: count })
    t.ok(server.fetched.length <= 2, `${server.fetched.length} fetches`)
  })
}

t.test('if an issuer was never available, requests get 503 with Retry-After, and its keys are fetched once for all', async (t) => {
  const retries = holdTimers(t, 1000)
  const server = await startJwksServer(t, respondWith('', 500))
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider({ jwks: { url: server.url } })] })
  const origin = await listen(app)
  const authorization = `Bearer ${issuer.token()}`

  const responses = await Promise.all(Array.from({ length: 100 }, async () => await fetch(origin, { headers: { authorization } })))

  for (const response of responses) {
    t.equal(response.status, 503)
    t.match(response.headers.get('retry-after'), /^[1-9]\d*$/)
    t.equal(response.headers.get('www-authenticate'), null)
    t.match(await response.json(), { code: 'KEYS_UNAVAILABLE', detail: 'The token cannot be verified right now.' })
  }
  t.equal(server.fetched.length, 1)
  t.equal(retries.length, 1, 'it is asked again when the time has come, and not before')
})

t.test('requests without a token, and tokens of other issuers, are not affected', async (t) => {
  holdTimers(t, 1000)
  const other = makeIssuer()
  const server = await startJwksServer(t, respondWith('', 500))
  const app = await makeIdentifyingApp(t, {
    providers: [issuer.provider({ jwks: { url: server.url } }), other.provider({ name: 'other', issuer: 'https://other.test' })]
  })

  const anonymous = await app.inject('/')
  const known = await app.inject({ url: '/', headers: { authorization: `Bearer ${other.token({ iss: 'https://other.test' })}` } })
  const foreign = await app.inject({ url: '/', headers: { authorization: `Bearer ${other.token({ iss: 'https://unknown.test' })}` } })

  t.strictSame([anonymous, known, foreign].map(({ statusCode }) => statusCode), [200, 200, 401])
  t.equal(server.fetched.length, 1)
})
