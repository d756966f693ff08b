import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import t from 'tap'
import { verificationKey } from '../../lib/identity/verification-key.ts'
import type { PublicJwk } from '../../types/index.ts'

const jwkOf = ({ publicKey }: KeyPairKeyObjectResult): PublicJwk => publicKey.export({ format: 'jwk' })
const rsa = jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const ec = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }))

t.test('an RSA key verifies every RSA algorithm', async (t) => {
  t.strictSame(verificationKey(rsa)?.algorithms, ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])
})

t.test('a key with an algorithm verifies that one only', async (t) => {
  t.strictSame(verificationKey({ ...rsa, alg: 'PS256' })?.algorithms, ['PS256'])
})

t.test('a curve has one algorithm', async (t) => {
  t.strictSame(verificationKey(ec)?.algorithms, ['ES384'])
  t.strictSame(verificationKey(jwkOf(generateKeyPairSync('ed25519')))?.algorithms, ['EdDSA'])
})

const useless: Array<[what: string, jwk: PublicJwk]> = [
  ['RSA key of 1024 bits', jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }))],
  ['encryption key', { ...rsa, use: 'enc' }],
  ['key that may not verify', { ...rsa, key_ops: ['encrypt'] }],
  ['key with an algorithm of another type', { ...rsa, alg: 'ES256' }],
  ['symmetric key', { kty: 'oct', k: 'c2VjcmV0' }],
  ['curve that is not for tokens', jwkOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }))],
  ['key that cannot be read', { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }],
  ['key without a type', {}]
]
for (const [what, jwk] of useless) {
  t.test(`a ${what} verifies nothing`, async (t) => {
    t.equal(verificationKey(jwk), null)
  })
}
