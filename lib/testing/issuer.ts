import { createPublicKey, type KeyObject } from 'node:crypto'
import type { PublicJwk } from '../../types/index.ts'
import type { RunningIssuer, TestIssuer, TestIssuerOptions, TestTokenOptions } from '../../types/testing.ts'
import { makeKey, signToken } from './keys.ts'
import { startServer } from './server.ts'

/**
 * Makes an issuer without a server. Its provider has the keys in the config.
 *
 * @example
 * const issuer = makeIssuer()
 * await app.register(versionGateway, { versions, identity: { providers: [issuer.provider()] } })
 * await app.inject({ url: '/orders', headers: issuer.bearer({ version: 'v2' }) })
 * await app.inject({ url: '/orders', headers: issuer.bearer({}, { expiresIn: -60 }) })   // 401
 */
export function makeIssuer (options: TestIssuerOptions = {}): TestIssuer {
  const { issuer = 'https://issuer.test', audience = 'test-api', algorithm = 'ES256', kid = 'test-key-1', now = Date.now } = options
  const keys: PublicJwk[] = []
  let current: { kid: string, privateKey: KeyObject }
  let count = 0
  const use = (id: string, privateKey: KeyObject): void => {
    count++
    current = { kid: id, privateKey }
    keys.push({ ...createPublicKey(privateKey).export({ format: 'jwk' }), kid: id, use: 'sig', alg: algorithm })
  }
  const token = (claims: object = {}, { expiresIn = 3600, header = {}, forged = false }: TestTokenOptions = {}): string => {
    const time = Math.floor(now() / 1000)
    const all = { iss: issuer, aud: audience, sub: 'alice', iat: time, exp: time + expiresIn, ...claims }
    return signToken(algorithm, { alg: algorithm, typ: 'JWT', kid: current.kid, ...header }, all, forged ? makeKey(algorithm) : current.privateKey)
  }
  use(kid, options.privateKey ?? makeKey(algorithm))
  return {
    issuer,
    audience,
    get privateKey () { return current.privateKey },
    jwks: () => ({ keys: [...keys] }),
    token,
    bearer: (claims, tokenOptions) => ({ authorization: `Bearer ${token(claims, tokenOptions)}` }),
    provider: (provider) => ({ name: 'test-issuer', issuer, audiences: [audience], jwks: { keys: [...keys] }, now, ...provider }),
    rotate ({ keep = true } = {}) {
      if (!keep) keys.length = 0
      use(`test-key-${count + 1}`, makeKey(algorithm))
      return current.kid
    }
  }
}

/**
 * Starts an issuer that serves its key set and its OpenID metadata on a free port. Its provider fetches the keys from there, so a test
 * can rotate keys and take the issuer down.
 *
 * @example
 * await using issuer = await startIssuer()
 * await app.register(versionGateway, { versions, identity: { providers: [issuer.provider()] } })
 * issuer.rotate()   // the next token has a `kid` that the gateway does not know yet
 * issuer.fail()     // the issuer is down
 */
export async function startIssuer (options: TestIssuerOptions = {}): Promise<RunningIssuer> {
  const requests: string[] = []
  const { failureOfNext, ...server } = await startServer((request, response) => {
    requests.push(request.url!)
    const content = contents[request.url!]?.()
    const status = failureOfNext()
    if (status === null) return request.socket.destroy()
    response.writeHead(status ?? (content === undefined ? 404 : 200), { 'content-type': 'application/json' })
    response.end(status === undefined && content !== undefined ? JSON.stringify(content) : undefined)
  })
  const issuer = makeIssuer({ issuer: server.origin, ...options })
  const jwksUrl = `${server.origin}/.well-known/jwks.json`
  const contents: Record<string, () => object> = {
    '/.well-known/jwks.json': issuer.jwks,
    '/.well-known/openid-configuration': () => ({ issuer: issuer.issuer, jwks_uri: jwksUrl })
  }
  const { provider: ofKeys } = issuer
  // A copy would lose the getter of the key that signs.
  return Object.assign(issuer, server, {
    jwksUrl,
    requests,
    provider: (provider: Parameters<TestIssuer['provider']>[0]) => ofKeys({ jwks: { url: jwksUrl }, ...provider })
  })
}
