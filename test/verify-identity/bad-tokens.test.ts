import { createHmac } from 'node:crypto'
import t from 'tap'
import { identifyingApp } from '../helpers/identifying-app.ts'
import { makeIssuer } from '../helpers/issuer.ts'

t.test('a bad token is refused with a minimal challenge', async (t) => {
  const issuer = makeIssuer()
  const stranger = makeIssuer()
  const send = await identifyingApp(t, { providers: [issuer.provider({ requiredClaims: ['sub'] })] })
  const good = issuer.token()
  const [header, payload, signature] = good.split('.') as [string, string, string]
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const hmac = (input: string): string => createHmac('sha256', JSON.stringify(issuer.jwk)).update(input).digest('base64url')
  const tokens: Record<string, string> = {
    'not a token': 'abc',
    'two parts': `${header}.${payload}`,
    'no signature': `${header}.${payload}.`,
    'another signature': `${header}.${payload}.${signature.split('').reverse().join('')}`,
    'another payload': `${header}.${encode({ ...claims, sub: 'bob' })}.${signature}`,
    'alg none': `${encode({ alg: 'none' })}.${payload}.`,
    'alg none with a signature': `${encode({ alg: 'none' })}.${payload}.${signature}`,
    'HMAC with the public key': `${encode({ alg: 'HS256', kid: 'test-key' })}.${payload}.${hmac(`${encode({ alg: 'HS256', kid: 'test-key' })}.${payload}`)}`,
    'an algorithm that is not the key\'s': issuer.token({}, { alg: 'RS512' }),
    'an algorithm of another type of key': issuer.token({}, { alg: 'ES256' }),
    'no algorithm': issuer.token({}, { alg: undefined }),
    'a list as kid': issuer.token({}, { kid: ['test-key'] }),
    'an unknown kid': issuer.token({}, { kid: 'other' }),
    'a kid that is no text': issuer.token({}, { kid: '\ud800' }),
    crit: issuer.token({}, { crit: [] }),
    b64: issuer.token({}, { b64: false }),
    'the key of a stranger': stranger.token(),
    'another issuer': issuer.token({ iss: 'https://other.test' }),
    'no issuer': issuer.token({ iss: undefined }),
    'a list of issuers': issuer.token({ iss: ['https://issuer.test'] }),
    'another audience': issuer.token({ aud: 'other' }),
    'no audience': issuer.token({ aud: undefined }),
    expired: issuer.token({ exp: 1 }),
    'without an end': issuer.token({ exp: undefined }),
    'an end that is text': issuer.token({ exp: '9999999999' }),
    'an end at infinity': issuer.tokenOf(JSON.stringify({ ...claims, exp: 0 }).replace('"exp":0', '"exp":1e400')),
    'not valid yet': issuer.token({ nbf: 9_999_999_999 }),
    'a required claim missing': issuer.token({ sub: undefined }),
    'a list as payload': issuer.tokenOf('[]'),
    'too long': issuer.token({ filler: 'x'.repeat(16 * 1024) })
  }

  for (const [what, token] of Object.entries(tokens)) {
    t.test(what, async (t) => {
      const response = await send(`Bearer ${token}`)

      t.equal(response.statusCode, 401)
      t.equal(response.headers['content-type'], 'application/problem+json')
      t.match(response.headers['www-authenticate'], /^Bearer realm="api", error="invalid_token", error_description="[\w .-]+"$/)
      t.match(response.json(), { code: 'TOKEN_INVALID' })
      t.notMatch(response.body, token.slice(-12))
    })
  }

  t.test('the valid token from which the bad ones are made is accepted', async (t) => {
    t.equal((await send(`Bearer ${good}`)).statusCode, 200)
  })
})
