import { createPublicKey, X509Certificate } from 'node:crypto'
import { blocksOf, hasMisplacedMarker, hasUnfinishedBlock } from './pem-blocks.ts'
import { type VerificationKey, verificationKey } from './verification-key.ts'

/**
 * Prepares all public keys and certificates of a PEM text, which may be a bundle of keys that replace each other. Other blocks
 * are skipped, as OpenSSL does.
 *
 * @throws if the text contains no key, or a key that cannot be used
 */
export function pemKeys (pem: string): VerificationKey[] {
  if (hasMisplacedMarker(pem)) throw new Error("'-----BEGIN' or '-----END' shares a line with other text; begin a new line there, also where files were joined")
  if (hasUnfinishedBlock(pem)) throw new Error("a block lacks its last line '-----END ...-----'")
  const blocks = withoutAuthorities(blocksOf(pem).filter(({ label }) => /PUBLIC KEY$|CERTIFICATE$/.test(label)).map(({ text }) => text))
  if (blocks.length === 0) throw new Error("there is no block such as '-----BEGIN PUBLIC KEY-----'")
  return blocks.map((block, index) => {
    const key = keyOf(block)
    if (typeof key !== 'string') return key
    throw new Error(blocks.length === 1 ? key : `number ${index + 1} of ${blocks.length}: ${key}`)
  })
}

function keyOf (block: string): VerificationKey | string {
  try {
    return verificationKey(createPublicKey(block).export({ format: 'jwk' }))
  } catch (error) {
    return (error as Error).message
  }
}

/**
 * Drops certificates that issued another one of the bundle. An authority that follows in the chain of a certificate does not
 * sign tokens.
 */
function withoutAuthorities (blocks: readonly string[]): string[] {
  const certificates = blocks.map(certificateOf)
  return blocks.filter((_, index) => {
    const authority = certificates[index]
    return !certificates.some((other) => authority !== undefined && other !== undefined &&
      other.fingerprint256 !== authority.fingerprint256 && other.checkIssued(authority) && other.verify(authority.publicKey))
  })
}

function certificateOf (block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block)
  } catch {
    return undefined
  }
}
