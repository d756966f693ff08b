import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import t from 'tap'
import { type VerificationKey, verificationKey } from '../../lib/identity/verification-key.ts'
import { fixedKeys } from '../../lib/verify-identity/keys/key-source.ts'
import type { PublicJwk } from '../../types/index.ts'
import { rsaKeyPair } from '../helpers/rsa-keys.ts'

const jwkOf = ({ publicKey }: KeyPairKeyObjectResult): PublicJwk => publicKey.export({ format: 'jwk' })
const rsa = jwkOf(rsaKeyPair())
const ec = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }))
const keysOf = (...jwks: PublicJwk[]) => fixedKeys(jwks.map(verificationKey) as VerificationKey[])

t.test('a kid must match exactly one of the fixed keys', async (t) => {
  const keys = keysOf({ ...rsa, kid: 'a' }, { ...ec, kid: 'b' })

  t.equal((await keys.find({ alg: 'RS256', kid: 'a' })).length, 1)
  t.equal((await keys.find({ alg: 'RS256', kid: 'A' })).length, 0)
  t.equal((await keys.find({ alg: 'RS256', kid: '' })).length, 0)
  t.equal((await keys.find({ alg: 'RS256', kid: 'b' })).length, 0)
})

t.test('two keys with the same kid are both tried', async (t) => {
  const keys = keysOf({ ...ec, kid: 'a' }, { ...ec, kid: 'a' }, { ...rsa, kid: 'a' })

  t.equal((await keys.find({ alg: 'ES384', kid: 'a' })).length, 2)
})

t.test('without a kid, every suitable key is a candidate, up to eight', async (t) => {
  const keys = keysOf(ec, ...Array.from({ length: 12 }, () => rsa))

  t.equal((await keys.find({ alg: 'PS512', kid: undefined })).length, 8)
  t.equal((await keys.find({ alg: 'ES384', kid: undefined })).length, 1)
})

t.test('a key without a kid is tried for an unknown kid', async (t) => {
  const keys = keysOf(rsa, { ...rsa, kid: 'b' })

  t.match(await keys.find({ alg: 'RS256', kid: 'a' }), [{ kid: undefined }])
  t.match(await keys.find({ alg: 'RS256', kid: 'b' }), [{ kid: 'b' }])
  t.strictSame(await keysOf({ ...rsa, kid: 'b' }).find({ alg: 'RS256', kid: 'a' }), [])
})

t.test('the status lists the keys and their algorithms but no fetch times', async (t) => {
  const keys = keysOf({ ...ec, kid: 'a' })

  t.strictSame(keys.status(), { keys: [{ kid: 'a', algorithms: ['ES384'] }], lastRefresh: null, lastError: null })
})
