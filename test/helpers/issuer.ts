import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import * as kit from '../../lib/testing/index.ts'
import type { Algorithm, IdentityProvider, PublicJwk } from '../../types/index.ts'
import { rsaKeyPair } from './rsa-keys.ts'

export const issuer = 'https://issuer.test'
export const audience = 'public-api'

export interface Issuer {
  /** The public part of its key. */
  jwk: PublicJwk & { kid: string }
  privateKey: KeyObject
  /** Makes a valid token with these claims and header members. `undefined` omits a member. */
  token (claims?: object, header?: object): string
  /** Makes a token with exactly this payload. */
  tokenOf (payload: string): string
  /** Returns the issuer as a provider with an inline key. */
  provider (options?: Partial<IdentityProvider>): IdentityProvider
}

/** Makes an issuer of the test kit with its own key. */
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

/** Returns claims that the provider of these tests accepts for an hour. */
export function goodClaims (): { iss: string, aud: string, sub: string, iat: number, exp: number } {
  const now = Math.floor(Date.now() / 1000)
  return { iss: issuer, aud: audience, sub: 'alice', iat: now, exp: now + 3600 }
}

const curves: Record<string, string> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

/** Makes a key for an algorithm. */
export function keyPair (algorithm: Algorithm): { publicKey: KeyObject, privateKey: KeyObject } {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  return curves[algorithm] === undefined
    ? rsaKeyPair()
    : generateKeyPairSync('ec', { namedCurve: curves[algorithm] })
}

/** Encodes a part of a token: a value as JSON, or text as it is. */
export function part (value: object | string): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

/** Makes a token from any header and payload (text is used as it is), signed with RSA and SHA-256. */
export function signed (header: object | string, payload: object | string, key: KeyObject): string {
  return signedBy('RS256', header, payload, key)
}

/** Makes a token that is signed with an algorithm, regardless of its header. */
export function signedBy (algorithm: Algorithm, header: object | string, payload: object | string, key: KeyObject): string {
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${signature(algorithm, input, key).toString('base64url')}`
}

/** Signs a text (RFC 7518 3, RFC 8037 3.1). */
export function signature (algorithm: Algorithm, input: string, key: KeyObject): Buffer {
  const isPss = algorithm.startsWith('PS')
  return sign(algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`, Buffer.from(input), {
    key,
    dsaEncoding: 'ieee-p1363',
    ...isPss && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  })
}

/** Makes a token that is signed with a secret, which no provider of these tests accepts. */
export function hmacToken (algorithm: string, header: object, payload: object, secret: string | Buffer): string {
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${createHmac(`sha${algorithm.slice(2)}`, secret).update(input).digest('base64url')}`
}
