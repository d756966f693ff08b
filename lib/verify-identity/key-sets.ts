import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance } from 'fastify'
import type { IdentityProvider } from '../../types/index.ts'
import { kept } from '../stage/kept.ts'
import type { RemoteKeys } from './remote-keys.ts'

interface KeySet {
  readonly name: string
  readonly issuer: unknown
  readonly jwks: unknown
  readonly keys: RemoteKeys
  /** Number of apps that use the key set. */
  users: number
}

/**
 * Fetched key sets. A key set outlives its app if the next app has the same provider, because the issuer may be down at
 * that moment. It is closed when no app uses it any more.
 */
export class KeySets {
  readonly #all = new Set<KeySet>()
  readonly #counts = new Map<string, { hits: number, misses: number }>()

  /** The key sets of an app, shared with the apps that it replaces. */
  static of (app: FastifyInstance): KeySets {
    return kept(app, 'keySets', () => new KeySets())
  }

  /** Returns the key set of a provider: an existing one if its options are unchanged, or a new one. */
  use ({ name, issuer, jwks }: Pick<IdentityProvider, 'name' | 'issuer' | 'jwks'>, make: () => RemoteKeys): RemoteKeys {
    let found = [...this.#all].find((set) => set.name === name && set.issuer === issuer && isDeepStrictEqual(set.jwks, jwks))
    if (found === undefined) this.#all.add(found = { name, issuer, jwks, keys: make(), users: 0 })
    found.users++
    return found.keys
  }

  /** Cache hits and misses for the tokens of a provider. */
  countsOf (name: string): { hits: number, misses: number } {
    const counts = this.#counts.get(name) ?? { hits: 0, misses: 0 }
    this.#counts.set(name, counts)
    return counts
  }

  /** Releases a key set when an app closes. */
  async release (keys: RemoteKeys): Promise<void> {
    const set = [...this.#all].find((each) => each.keys === keys)
    if (set === undefined || --set.users > 0) return
    this.#all.delete(set)
    await keys.close()
  }
}
