import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Algorithm } from '../../types/index.ts'

const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

/** Makes a private key for an algorithm. */
export function makeKey (algorithm: Algorithm): KeyObject {
  if (algorithm === 'Ed448') return generateKeyPairSync('ed448').privateKey
  if (algorithm.startsWith('Ed')) return generateKeyPairSync('ed25519').privateKey
  const namedCurve = curves[algorithm]
  return namedCurve === undefined
    ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    : generateKeyPairSync('ec', { namedCurve }).privateKey
}

/** Makes a token (RFC 7515 3.1). */
export function signToken (algorithm: Algorithm, header: object, claims: object, key: KeyObject): string {
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  // RFC 7518 3, RFC 8037 3.1, RFC 9864
  const signature = sign(algorithm.startsWith('Ed') ? null : `sha${algorithm.slice(2)}`, Buffer.from(input), {
    key,
    dsaEncoding: 'ieee-p1363',
    ...algorithm.startsWith('PS') && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  })
  return `${input}.${signature.toString('base64url')}`
}
