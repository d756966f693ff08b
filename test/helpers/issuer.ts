import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto'
import type { IdentityProvider } from '../../types/index.ts'

export const issuer = 'https://issuer.test'
export const audience = 'public-api'

export interface Issuer {
  /** Public half of its key. */
  jwk: JsonWebKey & { kid: string }
  privateKey: KeyObject
  /** A good token with these claims and header members; `undefined` leaves a member out. */
  token (claims?: object, header?: object): string
  /** A token with this payload, word for word. */
  tokenOf (payload: string): string
  /** The issuer as an inline provider. */
  provider (options?: Partial<IdentityProvider>): IdentityProvider
}

/** Makes an issuer with an RSA key of its own. */
export function makeIssuer (kid = 'test-key'): Issuer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }
  return {
    jwk,
    privateKey,
    token (claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000)
      const payload = { iss: issuer, aud: audience, sub: 'alice', iat: now, exp: now + 3600, ...claims }
      return signed({ alg: 'RS256', typ: 'JWT', kid, ...header }, payload, privateKey)
    },
    tokenOf (payload) {
      return signed({ alg: 'RS256', kid }, payload, privateKey)
    },
    provider: (options = {}) => ({
      name: 'test-idp', issuer, audiences: [audience], jwks: { keys: [jwk] }, ...options
    })
  }
}

/** A token of any header and payload (text is taken word for word), signed with RSA and SHA-256. */
export function signed (header: object, payload: object | string, key: KeyObject): string {
  const input = [header, payload]
    .map((part) => typeof part === 'string' ? part : JSON.stringify(part))
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
}
