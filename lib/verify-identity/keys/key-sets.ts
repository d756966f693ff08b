import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance } from 'fastify'
import type { UndiciDispatcher } from '../../../types/index.ts'
import type { ResolvedProvider } from '../../config/normalize-identity.ts'
import { soleIssuer } from '../../identity/issuers.ts'
import { reloadState } from '../../stage/reload-state.ts'
import { lowerCased } from './fetch-json.ts'
import type { User } from './jwks-client.ts'
import { RemoteKeys, type RemoteKeysDependencies } from './remote-keys.ts'
import { type LookupUser, SuppliedKeys } from './supplied-keys.ts'

type KeyProvider = Pick<ResolvedProvider, 'name' | 'issuer' | 'jwks'>

/** A provider whose keys are fetched or looked up. */
type KeyUser = User | LookupUser

interface Source {
  /** The URL of the keys, their issuer, or the function that looks them up. */
  readonly address: unknown
  /** Options on which the response may depend, or whether it can be trusted. */
  readonly options: object
  /** Compared by identity. */
  readonly dispatcher?: UndiciDispatcher | undefined
}

/** Keys that providers of several apps may share. */
type SharedKeys = RemoteKeys | SuppliedKeys

interface KeySet {
  readonly source: Source
  readonly keys: SharedKeys
  /** The providers that use the key set, in all apps. */
  readonly users: KeyUser[]
}

/**
 * Fetched key sets. Providers with the same URL share one, even if their names and checks differ. A key set outlives its app
 * if the next app has such a provider, because the issuer may be down just then. If only other options of the fetch have
 * changed, the new set begins with the keys of the old one. A set is closed when no provider uses it any more.
 */
export class KeySets {
  /** A search in all key sets would make a reload of a thousand providers slow. */
  readonly #byAddress = new Map<unknown, Set<KeySet>>()
  readonly #counts = new Map<string, { hits: number, misses: number }>()

  /** The key sets of an app, shared with the apps that it replaces. */
  static of (app: FastifyInstance): KeySets {
    return reloadState(app, 'keySets', () => new KeySets())
  }

  /** Returns the key set of a provider: an existing one if it is fetched in the same way, or a new one. */
  use (provider: KeyProvider, surroundings: RemoteKeysDependencies): RemoteKeys {
    const user = provider as User
    return this.#share(user, (others) => new RemoteKeys(user, surroundings, before(others, user.name)))
  }

  /** Returns the keys that a provider looks up. Providers with the same function share them. */
  useLookup (provider: KeyProvider, surroundings: RemoteKeysDependencies): SuppliedKeys {
    const user = provider as LookupUser
    return this.#share(user, () => new SuppliedKeys(user, surroundings))
  }

  #share<Keys extends SharedKeys> (user: KeyUser, make: (others: Iterable<KeySet>) => Keys): Keys {
    const source = sourceOf(user)
    const sets = this.#byAddress.get(source.address) ?? new Set()
    const found = [...sets].find((set) => isSame(set.source, source))
    const set = found ?? { source, keys: make(sets), users: [] }
    set.users.push(user)
    if (found !== undefined) serve(set)
    this.#byAddress.set(source.address, sets.add(set))
    // The address decides how keys are fetched.
    return set.keys as Keys
  }

  /** Cache hits and misses for the tokens of a provider. */
  countsOf (name: string): { hits: number, misses: number } {
    const counts = this.#counts.get(name) ?? { hits: 0, misses: 0 }
    this.#counts.set(name, counts)
    return counts
  }

  /** Releases the key set of a provider when its app closes. */
  async release (provider: KeyProvider): Promise<void> {
    const user = provider as KeyUser
    const { address } = sourceOf(user)
    const sets = this.#byAddress.get(address) ?? new Set()
    const set = [...sets].find(({ users }) => users.includes(user))
    if (set === undefined) return
    set.users.splice(set.users.indexOf(user), 1)
    if (set.users.length > 0) return serve(set)
    sets.delete(set)
    if (sets.size === 0) this.#byAddress.delete(address)
    await set.keys.close()
  }
}

function serve ({ keys, users }: KeySet): void {
  if (keys instanceof SuppliedKeys) keys.serve(users as LookupUser[])
  else keys.serve(users as User[])
}

function isSame (one: Source, other: Source): boolean {
  return one.dispatcher === other.dispatcher && isDeepStrictEqual(one.options, other.options)
}

/**
 * Returns the latest keys of a provider among key sets of the same address. Those of other providers may differ: a header in
 * `options` can select the keys.
 */
function before (sets: Iterable<KeySet>, name: string): RemoteKeys | null {
  const own = [...sets].filter(({ users }) => users.some((user) => user.name === name))
  return own.map(({ keys }) => keys as RemoteKeys).findLast((keys) => keys.status().keys.length > 0) ?? null
}

/**
 * Describes how keys are fetched. When they are fetched, for how long, up to which size, and whether an app waits for them, may
 * differ between providers.
 */
function sourceOf ({ issuer, jwks }: KeyUser): Source {
  if ('getKey' in jwks) return { address: jwks.getKey, options: {} }
  const { url, headers, proxy, ca, allowHttp, dispatcher } = jwks
  const address = url === undefined ? `issuer ${soleIssuer(issuer)}` : new URL(url).href
  return { address, options: { headers: lowerCased(headers), proxy, ca, allowHttp }, dispatcher }
}
