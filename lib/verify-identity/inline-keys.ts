import type { PublicJwk } from '../../types/index.ts'
import { verificationKey } from '../identity/verification-key.ts'
import type { KeySource } from './key-source.ts'

/** Keys a token without `kid` is tried against at most. */
const mostTried = 8

/** Keys that are written in the config. */
export function inlineKeys (jwks: readonly PublicJwk[]): KeySource {
  const keys = jwks.flatMap((jwk) => {
    const key = verificationKey(jwk)
    return key === null ? [] : [{ kid: jwk.kid, key }]
  })

  return {
    find ({ alg, kid }) {
      return keys
        .filter(({ key, ...named }) => key.algorithms.some((algorithm) => algorithm === alg) && (kid === undefined || named.kid === kid))
        .slice(0, mostTried)
        .map(({ key }) => key)
    }
  }
}
