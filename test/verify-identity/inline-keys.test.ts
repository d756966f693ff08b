import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import t from 'tap'
import { inlineKeys } from '../../lib/verify-identity/inline-keys.ts'
import type { PublicJwk } from '../../types/index.ts'

const jwkOf = ({ publicKey }: KeyPairKeyObjectResult): PublicJwk => publicKey.export({ format: 'jwk' })
const rsa = jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const ec = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }))

t.test('kid chooses among inline keys, exactly', async (t) => {
  const keys = inlineKeys([{ ...rsa, kid: 'a' }, { ...ec, kid: 'b' }, { ...rsa, use: 'enc', kid: 'c' }])

  t.equal((await keys.find({ alg: 'RS256', kid: 'a' })).length, 1)
  t.equal((await keys.find({ alg: 'RS256', kid: 'A' })).length, 0)
  t.equal((await keys.find({ alg: 'RS256', kid: 'b' })).length, 0)
  t.equal((await keys.find({ alg: 'RS256', kid: 'c' })).length, 0)
})

t.test('without kid every fitting key is a candidate, eight at most', async (t) => {
  const keys = inlineKeys([ec, ...Array.from({ length: 12 }, () => rsa)])

  t.equal((await keys.find({ alg: 'PS512', kid: undefined })).length, 8)
  t.equal((await keys.find({ alg: 'ES384', kid: undefined })).length, 1)
})
