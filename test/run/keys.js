import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'

/** More than any test needs at a time. */
const count = 8

/**
 * Makes RSA keys for all test processes of a run. A key takes a quarter of a second, and the tests ask for more than a hundred.
 *
 * @returns {Promise<string>} JSON: an array of private keys in PEM
 */
export async function makeKeys () {
  const pairs = await Promise.all(Array.from({ length: count }, () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 })))
  return JSON.stringify(pairs.map(({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' })))
}
