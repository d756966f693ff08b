import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

interface KeyPair {
  publicKey: KeyObject
  privateKey: KeyObject
}

/** The keys that `npm test` has made. Empty if a test file runs on its own. */
const shared = JSON.parse(process.env.TEST_RSA_KEYS ?? '[]') as string[]
let taken = 0

/** Returns a 2048-bit RSA key that differs from the previous seven. */
export function rsaKeyPair (): KeyPair {
  if (shared.length === 0) return generateKeyPairSync('rsa', { modulusLength: 2048 })
  const privateKey = createPrivateKey(shared[taken++ % shared.length]!)
  return { privateKey, publicKey: createPublicKey(privateKey) }
}
