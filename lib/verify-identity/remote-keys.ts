import buildGetJwks from 'get-jwks'
import { Agent } from 'undici'
import type { PublicJwk, RemoteJwks } from '../../types/index.ts'
import { keysUnavailable } from '../errors.ts'
import { type VerificationKey, verificationKey } from '../identity/verification-key.ts'
import type { KeyHint, KeySource } from './key-source.ts'

/** A JWKS larger than this is not one. */
const maxBytes = 1024 * 1024

interface RemoteKeys extends KeySource {
  /** Gives up fetches under way and closes the connections. */
  close (): Promise<void>
}

/** Keys that are fetched from the provider, and kept by get-jwks. */
export function remoteKeys ({ url, timeoutMs = 5000, refreshSeconds = 600 }: RemoteJwks): RemoteKeys {
  const { origin, pathname, search } = new URL(url)
  // get-jwks has no time limit that works, no size limit, and follows redirects to anywhere.
  const dispatcher = new Agent({
    connect: { timeout: timeoutMs }, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, maxResponseSize: maxBytes
  })
  const fetchOptions = { dispatcher, redirect: 'error' } as object
  const { getJwk } = buildGetJwks({ jwksPath: pathname + search, ttl: refreshSeconds * 1000, fetchOptions })
  const prepared = new WeakMap<object, VerificationKey | null>()

  function prepare (jwk: PublicJwk): VerificationKey | null {
    if (!prepared.has(jwk)) prepared.set(jwk, verificationKey(jwk))
    return prepared.get(jwk)!
  }

  return {
    async find (hint: KeyHint) {
      try {
        // Without a `kid` get-jwks finds the key that has none; its types do not know of it.
        const key = prepare(await getJwk({ domain: origin, alg: hint.alg, kid: hint.kid as string }) as PublicJwk)
        return key === null ? [] : [key]
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'JWK_NOT_FOUND') return []
        throw keysUnavailable({ cause: error, headers: { 'retry-after': '5' } })
      }
    },
    close: () => dispatcher.destroy()
  }
}
