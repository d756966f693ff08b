import t, { type Test } from 'tap'
import { makeIssuer, startIssuer } from '../../lib/testing/index.ts'
import type { IdentityProvider } from '../../types/index.ts'
import { identifyingApp } from '../helpers/identifying-app.ts'

/** Sends tokens to an app. @returns its claims, or the code of the refusal */
async function callerOf (t: Test, provider: IdentityProvider) {
  const send = await identifyingApp(t, { providers: [provider] })
  return async ({ authorization }: { authorization: string }) => {
    const response = await send(authorization)
    return response.statusCode === 200 ? response.json().identity.claims : response.json().code
  }
}

for (const algorithm of ['ES256', 'ES384', 'ES512', 'RS256', 'PS384', 'EdDSA', 'Ed25519', 'Ed448'] as const) {
  t.test(`a gateway accepts tokens with ${algorithm}, and their claims`, async (t) => {
    const issuer = makeIssuer({ algorithm })
    const me = await callerOf(t, issuer.provider())

    const claims = await me(issuer.bearer({ sub: 'bob', roles: ['admin'], iat: undefined }))

    t.match(claims, { iss: 'https://issuer.test', aud: 'test-api', sub: 'bob', roles: ['admin'], exp: Number })
    t.notHas(claims, 'iat')
  })
}

t.test('tokens can be expired, forged, for another audience, unsigned, or of another time', async (t) => {
  const issuer = makeIssuer()
  const past = makeIssuer({ privateKey: issuer.privateKey, now: () => Date.UTC(2020, 0, 1) })
  const me = await callerOf(t, issuer.provider())

  const codes = await Promise.all([
    issuer.bearer({}, { expiresIn: -60 }),
    issuer.bearer({}, { forged: true }),
    issuer.bearer({ aud: 'other' }),
    issuer.bearer({}, { header: { alg: 'none' } }),
    past.bearer()
  ].map(async (headers) => await me(headers)))

  t.strictSame(codes, Array(5).fill('TOKEN_INVALID'))
})

t.test('a gateway fetches the key set, also of a key that came later', async (t) => {
  await using issuer = await startIssuer()
  const me = await callerOf(t, issuer.provider({ jwks: { url: issuer.jwksUrl } }))

  const first = await me(issuer.bearer({ sub: 'first' }))
  const kid = issuer.rotate()
  const second = await me(issuer.bearer({ sub: 'second' }))

  t.match([first, second], [{ sub: 'first', iss: issuer.origin }, { sub: 'second' }])
  t.strictSame(issuer.jwks().keys.map((key) => key.kid), ['test-key-1', kid])
  t.ok(issuer.requests.includes('/.well-known/jwks.json'))
})

t.test('a gateway finds the key set by discovery', async (t) => {
  await using issuer = await startIssuer()
  const me = await callerOf(t, issuer.provider({ jwks: { discovery: true } }))

  const claims = await me(issuer.bearer())

  t.match(claims, { sub: 'alice' })
  t.strictSame(issuer.requests, ['/.well-known/openid-configuration', '/.well-known/jwks.json'])
})

t.test('a removed key is no longer in the key set', async (t) => {
  const issuer = makeIssuer()
  const [old, kept] = [issuer.bearer(), issuer.jwks()]

  const kid = issuer.rotate({ keep: false })
  const me = await callerOf(t, issuer.provider())

  t.strictSame(issuer.jwks().keys.map((key) => key.kid), [kid])
  t.equal(kept.keys.length, 1)
  t.equal(await me(old), 'TOKEN_INVALID')
})

for (const failure of [{}, { status: 503 }]) {
  t.test(`an issuer that is down (${failure.status ?? 'no response'}) is reported as unavailable, until it recovers`, async (t) => {
    await using issuer = await startIssuer()
    issuer.fail(failure)
    const askWhileDown = await callerOf(t, issuer.provider())

    const down = await askWhileDown(issuer.bearer())
    issuer.recover()
    const recovered = await (await callerOf(t, issuer.provider()))(issuer.bearer())

    t.equal(down, 'KEYS_UNAVAILABLE')
    t.match(recovered, { sub: 'alice' })
  })
}
