import type { Claims } from '../../types/index.ts'
import type { ResolvedIdentity } from '../config/normalize-identity.ts'
import { forbidden } from '../errors.ts'
import type { ClaimReaders } from '../identity/claim-readers.ts'
import { chain, isPromise, type MaybePromise, rescue } from '../shared/maybe-promise.ts'
import type { Identified } from './caller-source.ts'
import { expiryOf } from './check-claims.ts'
import { decodeToken, type UnverifiedToken } from './decode-token.ts'
import { invalidToken, named } from './invalid-token.ts'
import { Issuers } from './issuers.ts'
import type { Provider } from './provider.ts'
import { TokenCache } from './token-cache.ts'
import type { Source } from './token-source.ts'
import { verifyToken } from './verify-token.ts'

/** An identity, with the provider that verified it. */
interface Verified extends Identified {
  readonly authority: Provider
}

/** Verifies a token from a source, and returns its identity. @throws `TOKEN_INVALID`, `FORBIDDEN`, `KEYS_UNAVAILABLE` */
export type Identify = (token: string, source: Source) => MaybePromise<Identified>

/** Makes the `Identify` function of some providers. A token's `iss` selects one; no other is tried (RFC 8725 3.8). */
export function tokenIdentifier (
  providers: readonly Provider[],
  { cache: cacheOptions, maxTokenBytes }: Pick<ResolvedIdentity, 'cache' | 'maxTokenBytes'>,
  readers: Pick<ClaimReaders, 'failing'>
): Identify {
  const issuers = new Issuers(providers)
  const cache = cacheOptions === false ? null : new TokenCache<Verified>(cacheOptions)

  return (token, source) => {
    const remembered = cache?.get(token)
    if (remembered !== undefined) {
      remembered.authority.cache.hits++
      return takenFrom(source, remembered)
    }
    const unverified = decodeToken(token, maxTokenBytes)
    const { iss } = unverified.claims
    const provider = issuers.find(iss)
    if (provider === undefined) throw invalidToken('issuer', { claim: 'iss', found: iss, expected: issuers.written })
    return rescue(() => verify(token, unverified, provider, source), (error) => { throw named(error, provider.name) })
  }

  function verify (token: string, unverified: UnverifiedToken, provider: Provider, source: Source): MaybePromise<Identified> {
    provider.checkHeader(unverified)
    provider.cache.misses++
    return chain(provider.keys.find(unverified.hint, unverified.claims.iss as string), (keys) => {
      const { claims } = unverified
      const key = verifyToken(token, unverified, provider.options, provider.keysOf(claims, keys))
      return chain(validated(provider, claims), () => {
        if (!key.isCurrent) throw invalidToken('key')
        const identity = Object.freeze({ provider: provider.name, claims })
        const failing = readers.failing(claims, provider.name)
        const value: Verified = { identity, authority: provider, headers: provider.project(claims), failing, token }
        cache?.set(token, { value, key, until: expiryOf(claims, provider.options), now: provider.now })
        return takenFrom(source, value)
      })
    })
  }
}

function takenFrom (source: Source, verified: Verified): Verified {
  const { sourceIds, sources } = verified.authority
  if (!sourceIds.has(source.id)) throw invalidToken('source', { found: source.id, expected: sources.map(({ id }) => id) })
  return verified
}

/** Calls `validate`. Its exceptions refuse the token: 401, or 403 with `statusCode: 403`. */
function validated ({ options: { validate } }: Provider, claims: Claims): MaybePromise<void> {
  const refuse = (cause: unknown): never => {
    const isForbidden = (cause as { statusCode?: unknown } | null)?.statusCode === 403
    throw isForbidden ? forbidden({ cause }) : invalidToken('claim', { cause })
  }
  try {
    const result = validate?.(claims)
    return isPromise(result) ? result.catch(refuse) : result
  } catch (error) {
    return refuse(error)
  }
}
