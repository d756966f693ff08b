import { createPublicKey } from 'node:crypto'
import type { Algorithm, PublicJwk } from '../../types/index.ts'

/** A key that a token may have been signed with. */
export interface VerificationKey {
  readonly kid: string | undefined
  /** SubjectPublicKeyInfo as PEM. */
  readonly material: string
  /** What it may verify: never more than its own `alg` (RFC 8725 3.1). */
  readonly algorithms: readonly string[]
  /** Whether its issuer still has it. What it verified counts no longer when it is gone. */
  isCurrent: boolean
}

const algorithmsOf: Record<string, readonly Algorithm[]> = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA'],
  Ed448: ['EdDSA']
}

/** The members that make a JSON Web Key private or symmetric (RFC 7518 6.2.2, 6.3.2, 6.4.1). */
export const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

/** Smallest public exponent that is in use; smaller ones are open to forgery where a verifier is lax. */
const smallestExponent = 65_537n

/**
 * Prepares a JSON Web Key for verification, or tells why it is not for that. Keys come from others, so
 * whatever is in one, it does not spoil the set (RFC 7517 5).
 */
export function verificationKey (jwk: PublicJwk): VerificationKey | string {
  try {
    return whyUnfit(jwk) ?? prepare(jwk)
  } catch {
    return 'it is not a valid public key'
  }
}

function prepare (jwk: PublicJwk): VerificationKey | string {
  const algorithms = (algorithmsOf[jwk.kty === 'RSA' ? 'RSA' : String(jwk.crv)] ?? [])
    .filter((algorithm) => jwk.alg === undefined || jwk.alg === algorithm)
  if (algorithms.length === 0) return `its type (${text(jwk.kty)}, ${text(jwk.crv)}) and algorithm (${text(jwk.alg)}) do not fit`
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const { modulusLength = Infinity, publicExponent = smallestExponent } = key.asymmetricKeyDetails!
  if (modulusLength < 2048) return `RSA of ${modulusLength} bits; at least 2048 are needed (RFC 7518 3.3)`
  if (publicExponent < smallestExponent || publicExponent % 2n === 0n) return 'its public exponent is below 65537, or even'
  return { kid: jwk.kid, material: key.export({ type: 'spki', format: 'pem' }).toString(), algorithms, isCurrent: true }
}

/** What a key says of itself, as far as it makes it unfit (RFC 7517 4.2, 4.3, 4.5). */
function whyUnfit (jwk: PublicJwk): string | null {
  if (typeof jwk !== 'object' || jwk === null) return 'it is not an object'
  const { kid, kty, use = 'sig', key_ops: operations = ['verify'] } = jwk
  if (kid !== undefined && typeof kid !== 'string') return 'its kid is not a text'
  if (kty === 'oct') return 'it is symmetric'
  // Whoever reads it can sign with it.
  if (secretMembers.some((member) => Object.hasOwn(jwk, member))) return 'it has private parts'
  if (use !== 'sig') return `its use is ${text(use)}, not sig`
  if (!Array.isArray(operations) || !operations.includes('verify')) return 'its key_ops lack verify'
  return null
}

function text (value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : 'no text'
}
