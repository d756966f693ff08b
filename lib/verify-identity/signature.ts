import { constants, createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify, type VerifyKeyObjectInput } from 'node:crypto'
import type { Algorithm } from '../../types/index.ts'
import type { VerificationKey } from '../identity/verification-key.ts'

/** Node's options for an algorithm (RFC 7518 3.3 to 3.5, RFC 8037 3.1). `null`: Ed25519 and Ed448 have a built-in hash. */
interface Form extends Omit<VerifyKeyObjectInput, 'key'> {
  readonly hash: string | null
}

const pkcs1 = { padding: constants.RSA_PKCS1_PADDING }
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
// JWS uses two numbers of fixed length, not DER.
const ecdsa = { dsaEncoding: 'ieee-p1363' } as const

const forms: Readonly<Record<Exclude<Algorithm, `HS${string}`>, Form>> = {
  RS256: { hash: 'sha256', ...pkcs1 },
  RS384: { hash: 'sha384', ...pkcs1 },
  RS512: { hash: 'sha512', ...pkcs1 },
  PS256: { hash: 'sha256', ...pss },
  PS384: { hash: 'sha384', ...pss },
  PS512: { hash: 'sha512', ...pss },
  ES256: { hash: 'sha256', ...ecdsa },
  ES384: { hash: 'sha384', ...ecdsa },
  ES512: { hash: 'sha512', ...ecdsa },
  EdDSA: { hash: null },
  Ed25519: { hash: null },
  Ed448: { hash: null }
}

/** Parsed keys by algorithm: parsing a key takes longer than verifying with it. */
const prepared = new WeakMap<VerificationKey, Map<Algorithm, VerifyKeyObjectInput>>()

/**
 * Whether a token (three base64url parts) was signed with a key (RFC 7515 5.2).
 *
 * @param algorithm is one of the key's
 */
export function isSigned (token: string, algorithm: Algorithm, key: VerificationKey): boolean {
  const end = token.lastIndexOf('.')
  const signed = Buffer.from(token.slice(0, end), 'latin1')
  const signature = Buffer.from(token.slice(end + 1), 'base64url')
  if (isHmac(algorithm)) return key.secret !== undefined && isSealed(signed, algorithm, key.secret, signature)
  return key.secret === undefined && verify(forms[algorithm].hash, signed, inputFor(key, algorithm), signature)
}

type Hmac = Extract<Algorithm, `HS${string}`>
type Asymmetric = Exclude<Algorithm, Hmac>

function isHmac (algorithm: Algorithm): algorithm is Hmac {
  return algorithm.startsWith('HS')
}

/** Verifies an HMAC (RFC 7518 3.2) in constant time. */
function isSealed (signed: Buffer, algorithm: Hmac, secret: KeyObject, signature: Buffer): boolean {
  const expected = createHmac(`sha${algorithm.slice(2)}`, secret).update(signed).digest()
  return expected.length === signature.length && timingSafeEqual(expected, signature)
}

function inputFor (key: VerificationKey, algorithm: Asymmetric): VerifyKeyObjectInput {
  const inputs = prepared.get(key) ?? new Map<Algorithm, VerifyKeyObjectInput>()
  let input = inputs.get(algorithm)
  if (input === undefined) {
    const { hash, ...form } = forms[algorithm]
    input = { ...form, key: createPublicKey(key.material) }
    prepared.set(key, inputs.set(algorithm, input))
  }
  return input
}
