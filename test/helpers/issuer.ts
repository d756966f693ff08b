import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import * as kit from '../../lib/testing/index.ts'
import type { Algorithm, IdentityProvider, PublicJwk } from '../../types/index.ts'
import { rsaKeyPair } from './rsa-keys.ts'

export const issuer = 'https://issuer.test'
export const audience = 'public-api'

export interface Issuer {
  /** Public half of its key. */
  jwk: PublicJwk & { kid: string }
  privateKey: KeyObject
  /** A good token with these claims and header members; `undefined` leaves a member out. */
  token (claims?: object, header?: object): string
  /** A token with this payload, word for word. */
  tokenOf (payload: string): string
  /** The issuer as an inline provider. */
  provider (options?: Partial<IdentityProvider>): IdentityProvider
}

/** Makes an issuer of the test kit, with a key of its own. */
export function makeIssuer (kid = 'test-key', algorithm: Algorithm = 'RS256'): Issuer {
  const { privateKey } = keyPair(algorithm)
  const made = kit.makeIssuer({ issuer, audience, algorithm: algorithm as 'RS256', kid, privateKey })
  return {
    jwk: made.jwks().keys[0] as Issuer['jwk'],
    privateKey,
    token: (claims = {}, header = {}) => made.token({ ...claims }, { header: { ...header } }),
    tokenOf: (payload) => signedBy(algorithm, { alg: algorithm, kid }, payload, privateKey),
    provider: (options = {}) => made.provider({ name: 'test-idp', ...options })
  }
}

/** Claims that a provider of these tests accepts for an hour. */
export function goodClaims (): { iss: string, aud: string, sub: string, iat: number, exp: number } {
  const now = Math.floor(Date.now() / 1000)
  return { iss: issuer, aud: audience, sub: 'alice', iat: now, exp: now + 3600 }
}

const curves: Record<string, string> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

/** A key of the type that an algorithm needs. */
export function keyPair (algorithm: Algorithm): { publicKey: KeyObject, privateKey: KeyObject } {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  return curves[algorithm] === undefined
    ? rsaKeyPair()
    : generateKeyPairSync('ec', { namedCurve: curves[algorithm] })
}

/** A part of a token: JSON, or text word for word. */
export function part (value: object | string): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

/** A token of any header and payload (text is taken word for word), signed with RSA and SHA-256. */
export function signed (header: object | string, payload: object | string, key: KeyObject): string {
  return signedBy('RS256', header, payload, key)
}

/** A token that is signed with an algorithm, whatever its header says. */
export function signedBy (algorithm: Algorithm, header: object | string, payload: object | string, key: KeyObject): string {
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${signature(algorithm, input, key).toString('base64url')}`
}

/** The signature of a text (RFC 7518 3, RFC 8037 3.1). */
export function signature (algorithm: Algorithm, input: string, key: KeyObject): Buffer {
  const isPss = algorithm.startsWith('PS')
  return sign(algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`, Buffer.from(input), {
    key,
    dsaEncoding: 'ieee-p1363',
    ...isPss && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  })
}

/** A token with a secret, as nobody may make one here. */
export function hmacToken (algorithm: string, header: object, payload: object, secret: string | Buffer): string {
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${createHmac(`sha${algorithm.slice(2)}`, secret).update(input).digest('base64url')}`
}
