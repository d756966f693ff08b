import { createPublicKey, generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import t from 'tap'
import { verificationKey } from '../../lib/identity/verification-key.ts'
import type { PublicJwk } from '../../types/index.ts'
import { rsaKeyPair } from '../helpers/rsa-keys.ts'

const jwkOf = ({ publicKey }: KeyPairKeyObjectResult): PublicJwk => publicKey.export({ format: 'jwk' })
const pair = rsaKeyPair()
const rsa = jwkOf(pair)
const ec = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }))
const rsaAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']

const useful: Array<[what: string, jwk: PublicJwk, algorithms: string[]]> = [
  ['RSA key', rsa, rsaAlgorithms],
  ['RSA key of 3072 bits', jwkOf(generateKeyPairSync('rsa', { modulusLength: 3072 })), rsaAlgorithms],
  ['RSA key with an algorithm', { ...rsa, alg: 'PS256' }, ['PS256']],
  ['key for P-256', jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' })), ['ES256']],
  ['key for P-384', ec, ['ES384']],
  ['key for P-521', jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-521' })), ['ES512']],
  ['key for Ed25519', jwkOf(generateKeyPairSync('ed25519')), ['EdDSA', 'Ed25519']],
  ['key for Ed448', jwkOf(generateKeyPairSync('ed448')), ['EdDSA', 'Ed448']],
  ['key that is declared for signatures', { ...ec, use: 'sig', key_ops: ['verify'] }, ['ES384']],
  ['key with unknown members', { ...ec, x5c: ['MIIB'], foo: 1 }, ['ES384']]
]
for (const [what, jwk, algorithms] of useful) {
  t.test(`a ${what} verifies ${algorithms.join(', ')}`, async (t) => {
    const key = verificationKey({ ...jwk, kid: 'a' })

    t.match(key, { kid: 'a', algorithms, isCurrent: true })
    t.type((key as { material: string }).material, 'string')
  })
}

/** Returns the RSA key with a different public exponent. */
function withExponent (...bytes: number[]): PublicJwk {
  return { ...rsa, e: Buffer.from(bytes).toString('base64url') }
}

const useless: Array<[what: string, jwk: unknown, reason: string | RegExp]> = [
  ['RSA key of 512 bits', { ...rsa, n: Buffer.alloc(64, 0xff).toString('base64url') }, 'RSA of 512 bits; at least 2048 are needed (RFC 7518 3.3)'],
  ['RSA key of 1024 bits', jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 })), 'RSA of 1024 bits; at least 2048 are needed (RFC 7518 3.3)'],
  ['RSA key of 2047 bits', { ...rsa, n: Buffer.from([0x7f, ...Buffer.alloc(255, 0xff)]).toString('base64url') }, /^RSA of 2047 bits/],
  ['RSA key whose exponent is 1', withExponent(1), 'its public exponent is below 65537, or even'],
  ['RSA key whose exponent is 3', withExponent(3), 'its public exponent is below 65537, or even'],
  ['RSA key whose exponent is even', withExponent(1, 0, 2), 'its public exponent is below 65537, or even'],
  ['RSA key without its modulus', { kty: 'RSA', e: 'AQAB' }, 'it is not a valid public key'],
  ['private key', pair.privateKey.export({ format: 'jwk' }), 'it has private parts'],
  ['key whose use is encryption', { ...rsa, use: 'enc' }, 'its use is "enc", not sig'],
  ['key whose operations are for encryption', { ...rsa, key_ops: ['encrypt'] }, 'its key_ops lack verify'],
  ['key with an algorithm for another type', { ...rsa, alg: 'ES256' }, 'its type ("RSA", no text) and algorithm ("ES256") do not fit'],
  ['key with an algorithm for another curve', { ...ec, alg: 'ES256' }, 'its type ("EC", "P-384") and algorithm ("ES256") do not fit'],
  ['key with an algorithm for encryption', { ...rsa, alg: 'RSA-OAEP' }, /do not fit$/],
  ['symmetric key', { kty: 'oct', k: 'c2VjcmV0' }, 'it is symmetric'],
  ['curve that tokens do not use', jwkOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })), /do not fit$/],
  ['curve for encryption', jwkOf(generateKeyPairSync('x25519')), /do not fit$/],
  ['point that is not on its curve', { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }, 'it is not a valid public key'],
  ['point on another curve', { ...ec, crv: 'P-256' }, 'it is not a valid public key'],
  ['curve of another type', { ...ec, crv: 'Ed25519' }, 'it is not a valid public key'],
  ['curve named __proto__', { kty: 'EC', crv: '__proto__' }, 'it is not a valid public key'],
  ['curve named constructor', { kty: 'EC', crv: 'constructor' }, 'it is not a valid public key'],
  ['key without a type', {}, /^its type \(no text, no text\)/],
  ['key whose kid is a number', { ...ec, kid: 5 }, 'its kid is not a string'],
  ['null', null, 'it is not an object'],
  ['number', 5, 'it is not an object'],
  ['string', 'key', 'it is not an object'],
  ['list', [], /do not fit$/]
]
for (const [what, jwk, reason] of useless) {
  t.test(`a ${what} is rejected with a reason`, async (t) => {
    t.match(verificationKey(jwk as PublicJwk), reason)
  })
}

t.test('the reason is short and on one line', async (t) => {
  const reason = verificationKey({ ...rsa, use: `a\n${'x'.repeat(1000)}` })

  t.match(reason, /^[\x20-\x7e]{1,80}$/)
})

t.test('the public key is exported as key material', async (t) => {
  const { material } = verificationKey(rsa) as { material: string }

  t.equal(material, createPublicKey(pair.privateKey).export({ type: 'spki', format: 'pem' }))
})
