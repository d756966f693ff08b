import { createPublicKey } from 'node:crypto'
import type { Algorithm, PublicJwk } from '../../types/index.ts'

/** A public key that a token may have been signed with. */
export interface VerificationKey {
  /** SubjectPublicKeyInfo as PEM, which is what fast-jwt takes. */
  readonly pem: string
  /** What it may verify: never more than its own `alg`. */
  readonly algorithms: readonly Algorithm[]
}

/** What a token's header says of the key that signed it. Read before anything is verified. */
export interface KeyHint {
  readonly alg: string
  readonly kid: string | undefined
}

/** Where a provider's keys come from. */
export interface KeySource {
  /**
   * The keys that a token may have been signed with; none when the provider has no such key.
   *
   * @throws `KEYS_UNAVAILABLE` when the keys cannot be had
   */
  find (hint: KeyHint): readonly VerificationKey[] | Promise<readonly VerificationKey[]>
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
  const fitting = algorithmsOf[jwk.kty === 'RSA' ? 'RSA' : String(jwk.crv)] ?? []
  const algorithms = fitting.filter((algorithm) => jwk.alg === undefined || jwk.alg === algorithm)
  const isForSignatures = (jwk.use ?? 'sig') === 'sig' && (jwk.key_ops ?? ['verify']).includes('verify')
  if (algorithms.length === 0 || !isForSignatures) return null
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const { modulusLength = Infinity } = key.asymmetricKeyDetails ?? {}
    return modulusLength < 2048 ? null : { pem: key.export({ type: 'spki', format: 'pem' }).toString(), algorithms }
  } catch {
    return null
  }
}
