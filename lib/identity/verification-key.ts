import { createPublicKey } from 'node:crypto'
import type { Algorithm, PublicJwk } from '../../types/index.ts'

/** A public key that a token may have been signed with. */
export interface VerificationKey {
  /** SubjectPublicKeyInfo as PEM, which is what fast-jwt takes. */
  readonly pem: string
  /** What it may verify: never more than its own `alg`. */
  readonly algorithms: readonly Algorithm[]
}

const algorithmsOf: Record<string, readonly Algorithm[]> = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA'],
  Ed448: ['EdDSA']
}

/**
 * Prepares a JSON Web Key for verification; `null` when it is not for that: of another type, for
 * encryption (RFC 7517 4.2, 4.3), RSA below 2048 bits (RFC 7518 3.3), or not understood (RFC 7517 5).
 */
export function verificationKey (jwk: PublicJwk): VerificationKey | null {
  try {
    const algorithms = algorithmsFor(jwk)
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const bits = key.asymmetricKeyDetails?.modulusLength ?? Infinity
    if (algorithms.length === 0 || bits < 2048) return null
    return { pem: key.export({ type: 'spki', format: 'pem' }).toString(), algorithms }
  } catch {
    // Whatever is in it: keys come from others, and one bad key must not spoil the set.
    return null
  }
}

function algorithmsFor ({ kty, crv, alg, use = 'sig', key_ops: operations = ['verify'] }: PublicJwk): Algorithm[] {
  if (use !== 'sig' || !operations.includes('verify')) return []
  const fitting = algorithmsOf[kty === 'RSA' ? 'RSA' : String(crv)] ?? []
  return fitting.filter((algorithm) => alg === undefined || alg === algorithm)
}
