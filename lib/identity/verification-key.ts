import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { Algorithm, PublicJwk } from '../../types/index.ts'

/** A key that verifies signatures of tokens. */
export interface VerificationKey {
  readonly kid: string | undefined
  /** The only issuer that signs with the key, or a template for it, if the key names one. */
  readonly issuer?: string
  /** SubjectPublicKeyInfo as PEM. Empty if there is a `secret`. */
  readonly material: string
  /** The shared secret, instead of a public key. */
  readonly secret?: KeyObject
  /** The algorithms that it may verify, restricted by its `alg` if there is one (RFC 8725 3.1). */
  readonly algorithms: readonly string[]
  /** Whether the issuer still publishes it. If not, tokens that it verified are no longer valid. */
  isCurrent: boolean
}

const algorithmsOf: Record<string, readonly Algorithm[]> = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  // Two names for the same algorithm (RFC 8037 3.1, RFC 9864 2.2).
  Ed25519: ['EdDSA', 'Ed25519'],
  Ed448: ['EdDSA', 'Ed448']
}

/** The members that make a JSON Web Key private or symmetric (RFC 7518 6.2.2, 6.3.2, 6.4.1). */
export const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

/** The smallest public exponent in common use. Lax verifiers accept forged signatures with smaller ones. */
const minExponent = 65_537n

/**
 * Prepares a JSON Web Key for verification, or returns why it cannot be used. It never throws, because an unusable key must
 * not affect the rest of the set (RFC 7517 5).
 */
export function verificationKey (jwk: PublicJwk): VerificationKey | string {
  try {
    return whyUnfit(jwk) ?? prepare(jwk)
  } catch {
    return 'it is not a valid public key'
  }
}

/** Minimum length of a secret for each algorithm, in bytes: the length of the hash (RFC 7518 3.2). */
const secretBytes: Readonly<Partial<Record<Algorithm, number>>> = { HS256: 32, HS384: 48, HS512: 64 }

/** Returns the bytes of a secret. Removes the newline that editors and `echo` append to a file. */
export function secretOf (secret: string | Buffer): Buffer {
  return typeof secret === 'string' ? Buffer.from(secret.replace(/\r?\n$/, '')) : secret
}

/** Prepares a secret for all algorithms for which it is long enough. */
export function secretKey (secret: string | Buffer): VerificationKey {
  const bytes = secretOf(secret)
  const algorithms = Object.entries(secretBytes).filter(([, least]) => bytes.length >= least).map(([algorithm]) => algorithm)
  return { kid: undefined, material: '', secret: createSecretKey(bytes), algorithms, isCurrent: true }
}

function prepare (jwk: PublicJwk): VerificationKey | string {
  const algorithms = (algorithmsOf[jwk.kty === 'RSA' ? 'RSA' : String(jwk.crv)] ?? [])
    .filter((algorithm, _, all) => isAbsent(jwk.alg) || jwk.alg === algorithm || (all.includes('EdDSA') && all.includes(jwk.alg as Algorithm)))
  if (algorithms.length === 0) return `its type (${text(jwk.kty)}, ${text(jwk.crv)}) and algorithm (${text(jwk.alg)}) do not fit`
  const { kty, crv, n, e, x, y } = jwk as JsonWebKey
  // Pass no other members: newer versions of Node reject a key because of them.
  const key = createPublicKey({ key: { kty, crv, n, e, x, y } as JsonWebKey, format: 'jwk' })
  const { modulusLength = Infinity, publicExponent = minExponent } = key.asymmetricKeyDetails!
  if (modulusLength < 2048) return `RSA of ${modulusLength} bits; at least 2048 are needed (RFC 7518 3.3)`
  if (publicExponent < minExponent || publicExponent % 2n === 0n) return 'its public exponent is below 65537, or even'
  const { kid, issuer } = jwk as PublicJwk & { issuer?: unknown }
  const material = key.export({ type: 'spki', format: 'pem' }).toString()
  return { kid: kid ?? undefined, ...typeof issuer === 'string' && { issuer }, material, algorithms, isCurrent: true }
}

/** Returns why the members of a key rule it out, or `null` (RFC 7517 4.2, 4.3, 4.5). */
function whyUnfit (jwk: PublicJwk): string | null {
  if (typeof jwk !== 'object' || jwk === null) return 'it is not an object'
  const { kid, kty } = jwk
  const use = jwk.use ?? 'sig'
  // Some issuers use null, an empty list, or a string.
  const operations: unknown[] = [jwk.key_ops ?? []].flat()
  if (!isAbsent(kid) && typeof kid !== 'string') return 'its kid is not a string'
  if (kty === 'oct') return 'it is symmetric'
  // Anyone who can read such a key can sign tokens.
  if (secretMembers.some((member) => Object.hasOwn(jwk, member) && jwk[member] !== null)) return 'it has private parts'
  if (use !== 'sig') return `its use is ${text(use)}, not sig`
  if (operations.length > 0 && !operations.includes('verify')) return 'its key_ops lack verify'
  return null
}

function isAbsent (value: unknown): value is undefined | null {
  return value === undefined || value === null
}

function text (value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : 'no text'
}
