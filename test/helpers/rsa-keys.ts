import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

interface KeyPair {
  publicKey: KeyObject
  privateKey: KeyObject
}

/** What `npm test` has made. Empty when a test file runs on its own. */
const shared = JSON.parse(process.env.TEST_RSA_KEYS ?? '[]') as string[]
let taken = 0

/** An RSA key of 2048 bits that differs from the seven that were taken before. */
export function rsaKeyPair (): KeyPair {
  if (shared.length === 0) return generateKeyPairSync('rsa', { modulusLength: 2048 })
  const privateKey = createPrivateKey(shared[taken++ % shared.length]!)
  return { privateKey, publicKey: createPublicKey(privateKey) }
}
