import type { Claims, Identity } from '../../types/index.ts'
import type { ResolvedIdentity } from '../config/normalize-identity.ts'
import { forbidden } from '../errors.ts'
import type { ClaimReader, ClaimReaders } from '../identity/claim-readers.ts'
import { chain, isPromise, type MaybePromise, rescue } from '../shared/maybe-promise.ts'
import type { DryRun } from '../stage/dry-run.ts'
import { expiryOf } from './check-claims.ts'
import { decodeToken, type UnverifiedToken } from './decode-token.ts'
import { invalidToken } from './invalid-token.ts'
import { Issuers } from './issuers.ts'
import type { ProjectedHeader } from './project-claims.ts'
import type { Provider } from './provider.ts'
import { TokenCache } from './token-cache.ts'
import type { Source } from './token-source.ts'
import { verifyToken } from './verify-token.ts'

/** A verified identity, with the headers made from its claims. */
export interface Identified {
  readonly identity: Identity
  readonly provider: Provider
  readonly headers: readonly ProjectedHeader[]
  /** Options that read a claim which the token lacks. */
  readonly failing: readonly ClaimReader[]
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
  const cache = cacheOptions === false ? null : new TokenCache<Identified>(cacheOptions, Date.now)

  return (token, source) => {
    const remembered = cache?.get(token)
    if (remembered !== undefined) {
      remembered.provider.cache.hits++
      return takenFrom(source, remembered)
    }
    const unverified = decodeToken(token, maxTokenBytes)
    const { iss } = unverified.claims
    const provider = issuers.find(iss)
    if (provider === undefined) throw invalidToken('issuer', { claim: 'iss', found: iss, expected: issuers.written })
    return rescue(() => verify(token, unverified, provider, source), (error) => { throw named(error, provider) })
  }

  function verify (token: string, unverified: UnverifiedToken, provider: Provider, source: Source): MaybePromise<Identified> {
    provider.checkHeader(unverified)
    provider.cache.misses++
    return chain(provider.keys.find(unverified.hint), (keys) => {
      const { claims } = unverified
      const key = verifyToken(token, unverified, provider.options, provider.keysOf(claims, keys))
      return chain(validated(provider, claims), () => {
        if (!key.isCurrent) throw invalidToken('key')
        const identity = Object.freeze({ provider: provider.options.name, claims })
        const value = { identity, provider, headers: provider.project(claims), failing: readers.failing(claims, provider.options.name) }
        cache?.set(token, { value, key, until: expiryOf(claims, provider.options) })
        return takenFrom(source, value)
      })
    })
  }
}

/** Adds the provider's name to an error. */
function named (error: unknown, { options: { name } }: Provider): Error {
  return Object.assign(error as Error, { provider: name })
}

function takenFrom (source: Source, identified: Identified): Identified {
  if (!identified.provider.sourceIds.has(source.id)) throw invalidToken('source', { found: source.id, expected: identified.provider.sources.map(({ id }) => id) })
  return identified
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

/** Returns the caller that a dry run assumes, as if its claims had been verified. @throws a mistake in the call of `explain()` */
export function assumeIdentity (providers: readonly Provider[], dryRun: DryRun, claims: Claims): Identified {
  const { provider: name } = dryRun
  const provider = name === undefined
    ? new Issuers(providers).find(claims.iss) ?? providers[0]
    : providers.find(({ options }) => options.name === name)
  if (provider === undefined) {
    throw dryRun.mistake = new Error(name === undefined ? 'Claims need an identity provider, but none is configured.' : `There is no identity provider '${name}'.`)
  }
  return { identity: Object.freeze({ provider: provider.options.name, claims }), provider, headers: provider.project(claims), failing: [] }
}
