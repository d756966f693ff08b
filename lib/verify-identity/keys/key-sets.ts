import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance } from 'fastify'
import type { IdentityProvider } from '../../../types/index.ts'
import { soleIssuer } from '../../identity/issuers.ts'
import { kept } from '../../stage/kept.ts'
import { lowerCased } from './fetch-json.ts'
import { fetchDefaults, RemoteKeys, type Surroundings, type User } from './remote-keys.ts'

interface KeySet {
  readonly source: object
  readonly keys: RemoteKeys
  /** The providers that use the key set, in all apps. */
  readonly users: User[]
}

/**
 * Fetched key sets. Providers with the same URL share one, even if their names and checks differ. A key set outlives its app
 * if the next app has such a provider, because the issuer may be down just then. It is closed when no provider uses it
 * any more.
 */
export class KeySets {
  readonly #all = new Set<KeySet>()
  readonly #counts = new Map<string, { hits: number, misses: number }>()

  /** The key sets of an app, shared with the apps that it replaces. */
  static of (app: FastifyInstance): KeySets {
    return kept(app, 'keySets', () => new KeySets())
  }

  /** Returns the key set of a provider: an existing one if it is fetched in the same way, or a new one. */
  use (provider: IdentityProvider, surroundings: Surroundings): RemoteKeys {
    const user = provider as User
    const source = sourceOf(user)
    const found = [...this.#all].find((set) => isDeepStrictEqual(set.source, source))
    if (found === undefined) {
      const keys = new RemoteKeys(user, surroundings)
      this.#all.add({ source, keys, users: [user] })
      return keys
    }
    found.users.push(user)
    found.keys.serve(found.users)
    return found.keys
  }

  /** Cache hits and misses for the tokens of a provider. */
  countsOf (name: string): { hits: number, misses: number } {
    const counts = this.#counts.get(name) ?? { hits: 0, misses: 0 }
    this.#counts.set(name, counts)
    return counts
  }

  /** Releases the key set of a provider when its app closes. */
  async release (provider: IdentityProvider): Promise<void> {
    const user = provider as User
    const set = [...this.#all].find(({ users }) => users.includes(user))
    if (set === undefined) return
    set.users.splice(set.users.indexOf(user), 1)
    if (set.users.length > 0) return set.keys.serve(set.users)
    this.#all.delete(set)
    await set.keys.close()
  }
}

/** Describes how keys are fetched. When they are fetched, and whether an app waits for them, may differ between providers. */
function sourceOf ({ issuer, jwks }: User): object {
  const { url, headers, proxy, ca, allowHttp = false, timeoutMs = fetchDefaults.timeoutMs, maxBytes = fetchDefaults.maxBytes } = jwks
  const address = url === undefined ? { issuer: soleIssuer(issuer) } : { url: new URL(url).href }
  return { ...address, headers: lowerCased(headers), proxy, ca, allowHttp, timeoutMs, maxBytes }
}
