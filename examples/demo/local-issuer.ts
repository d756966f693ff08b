// A token issuer that signs tokens and serves its public key as a JWKS.
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export const issuer = 'https://issuer.example'
export const audience = 'public-api'

export async function startIssuer () {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = 'demo-key'
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] }

  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(jwks))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`,

    /** A token with these claims, valid for a day. */
    token (claims: object): string {
      const now = Math.floor(Date.now() / 1000)
      const payload = { iss: issuer, aud: audience, sub: 'alice', iat: now, exp: now + 86_400, ...claims }
      const input = [{ alg: 'RS256', kid }, payload].map((part) => encode(JSON.stringify(part))).join('.')
      return `${input}.${encode(sign('sha256', Buffer.from(input), privateKey))}`
    },

    async close (): Promise<void> {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    }
  }
}

function encode (part: string | Buffer): string {
  return Buffer.from(part).toString('base64url')
}
