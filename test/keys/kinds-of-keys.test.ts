import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import t, { type Test } from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import type { IdentityProvider, PublicJwk } from '../../types/index.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { identifyingApp } from '../helpers/identifying-app.ts'
import { goodClaims, issuer as issuerUrl, makeIssuer, part } from '../helpers/issuer.ts'
import { rsaKeyPair } from '../helpers/rsa-keys.ts'

const issuer = makeIssuer()
const secret = randomBytes(64).toString('base64')
const hmac = (alg: string, key: string): string => {
  const input = `${part({ alg })}.${part(goodClaims())}`
  return `${input}.${createHmac(`sha${alg.slice(2)}`, key).update(input).digest('base64url')}`
}
const status = async (t: Test, token: string, options: Partial<IdentityProvider>): Promise<number> => {
  const send = await identifyingApp(t, { providers: [issuer.provider(options)] })
  return (await send(`Bearer ${token}`)).statusCode
}

for (const [curve, name] of [['ed25519', 'Ed25519'], ['ed448', 'Ed448']] as const) {
  t.test(`${name} is accepted in keys, tokens and options, in addition to EdDSA`, async (t) => {
    const { publicKey, privateKey } = generateKeyPairSync(curve as 'ed25519')
    const token = (alg: string): string => {
      const input = `${part({ alg, kid: 'a' })}.${part(goodClaims())}`
      return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
    }
    for (const alg of [undefined, 'EdDSA', name]) {
      const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'a', ...alg !== undefined && { alg } } as PublicJwk
      for (const used of ['EdDSA', name]) t.equal(await status(t, token(used), { jwks: { keys: [jwk] } }), 200)
      t.equal(await status(t, token(name), { algorithms: [name], jwks: { keys: [jwk] } }), 200)
      t.equal(await status(t, token('EdDSA'), { algorithms: [name], jwks: { keys: [jwk] } }), 401)
    }
  })
}

t.test('a key without a kid verifies a token with one unless another key has that kid', async (t) => {
  const { kid, ...nameless } = issuer.jwk
  const stranger = makeIssuer('stranger').jwk

  t.equal(await status(t, issuer.token({}, { kid: 'any' }), { jwks: { keys: [nameless] } }), 200)
  t.equal(await status(t, issuer.token({}, { kid: 'any' }), { jwks: { keys: [stranger, nameless] } }), 200)
  t.equal(await status(t, issuer.token({}, { kid: 'stranger' }), { jwks: { keys: [stranger, nameless] } }), 401)
  t.equal(await status(t, issuer.token({}, { kid: 'any' }), { jwks: { keys: [issuer.jwk] } }), 401)
  t.equal(kid, 'test-key')
})

t.test('null members and unusual key_ops are accepted', async (t) => {
  const odd: object[] = [
    { kid: null, use: null, alg: null, key_ops: null, d: null }, { key_ops: [] }, { key_ops: 'verify' }, { key_ops: ['verify', 'encrypt'] }
  ]
  for (const members of odd) t.equal(await status(t, issuer.token(), { jwks: { keys: [{ ...issuer.jwk, ...members } as PublicJwk] } }), 200)
})

t.test('PEM keys and certificates verify tokens', async (t) => {
  const { publicKey, privateKey } = rsaKeyPair()
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const input = `${part({ alg: 'RS256', kid: 'x' })}.${part(goodClaims())}`
  const token = `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`

  t.equal(await status(t, token, { jwks: { pem } }), 200)
  t.equal(await status(t, token, { jwks: { pem: [(await makeAuthority()).ca, pem] } }), 200)
  t.equal(await status(t, issuer.token(), { jwks: { pem } }), 401)
  t.equal(await status(t, hmac('HS256', pem), { jwks: { pem } }), 401)
  await t.rejects(status(t, token, { jwks: { pem: 'none' } }), { message: /jwks\.pem: is not a public key/ })
  await t.rejects(status(t, token, { jwks: { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() } }), { message: /private key/ })
})

t.test('a secret verifies HMAC tokens and nothing else', async (t) => {
  t.equal(await status(t, hmac('HS256', secret), { jwks: { secret } }), 200)
  t.equal(await status(t, hmac('HS256', secret), { jwks: { secret: `${secret}\n` } }), 200, 'a trailing newline is ignored')
  t.equal(await status(t, hmac('HS256', secret), { jwks: { secret: Buffer.from(secret) } }), 200)
  t.equal(await status(t, hmac('HS512', secret), { jwks: { secret }, algorithms: ['HS512'] }), 200)
  t.equal(await status(t, hmac('HS512', secret), { jwks: { secret } }), 401)
  t.equal(await status(t, hmac('HS256', `${secret}x`), { jwks: { secret } }), 401)
  t.equal(await status(t, hmac('HS256', secret).slice(0, -43) + 'AAAA', { jwks: { secret } }), 401)
  t.equal(await status(t, issuer.token(), { jwks: { secret } }), 401)
  for (const [options, message] of [
    [{ jwks: { secret: 'short' } }, /secret: has 5 bytes, but needs at least 32/],
    [{ jwks: { secret: 'x'.repeat(40) }, algorithms: ['HS512'] }, /needs at least 64/],
    [{ jwks: { secret }, algorithms: ['RS256'] }, /Do not mix/], [{ algorithms: ['HS256'] }, /Do not mix/]
  ] as Array<[Partial<IdentityProvider>, RegExp]>) {
    const error = await status(t, '', options).catch((reason: unknown) => reason) as Error
    t.match(error.message, message)
    t.notMatch(error.message, secret)
  }
})

t.test('a config file can reference files that contain keys', async (t) => {
  const { write } = await makeFolder(t)
  await write('keys.json', JSON.stringify({ keys: [issuer.jwk] }))
  const pem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()
  await write('key.pem', pem)
  await write('odd.json', '[]')
  const load = async (jwks: string) => (await loadConfig(await write('gateway.yaml', `versions: { v1: { upstream: 'http://127.0.0.1:1' } }
resolve: { default: v1 }
identity: { providers: [{ name: idp, issuer: '${issuerUrl}', jwks: ${jwks} }] }`))).gateway.identity!.providers[0]!.jwks

  t.strictSame(await load('{ file: keys.json }'), { keys: [issuer.jwk] })
  t.strictSame(await load('{ file: key.pem }'), { pem })
  t.strictSame(await load('{ pem: key.pem }'), { pem })
  t.strictSame(await load('{ pem: [key.pem] }'), { pem: [pem] })
  await t.rejects(load('{ file: odd.json }'), { message: /jwks\.file: is a list, not a JWKS/ })
  await t.rejects(load('{ file: none.json }'), { message: /jwks\.file: ENOENT/ })
  await t.rejects(status(t, '', { jwks: { file: 'keys.json' } as never }), { message: /jwks\.file: is for config files/ })
})
