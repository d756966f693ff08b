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
  /** Apps that use it. */
  users: number
}

/**
 * Key sets that are fetched. They outlive an app when the next one has the same provider: its issuer may be down just
 * then. A key set ends when no app uses it any more.
 */
export class KeySets {
  readonly #all = new Set<KeySet>()
  readonly #counts = new Map<string, { hits: number, misses: number }>()

  /** Those of an app, and of the apps that it takes the place of. */
  static of (app: FastifyInstance): KeySets {
    return kept(app, 'keySets', () => new KeySets())
  }

  /** The key set of a provider: one that is in use, if nothing about it has changed, or a new one. */
  use ({ name, issuer, jwks }: Pick<IdentityProvider, 'name' | 'issuer' | 'jwks'>, make: () => RemoteKeys): RemoteKeys {
    let found = [...this.#all].find((set) => set.name === name && set.issuer === issuer && isDeepStrictEqual(set.jwks, jwks))
    if (found === undefined) this.#all.add(found = { name, issuer, jwks, keys: make(), users: 0 })
    found.users++
    return found.keys
  }

  /** How many tokens of a provider were remembered, and how many had to be verified. */
  countsOf (name: string): { hits: number, misses: number } {
    const counts = this.#counts.get(name) ?? { hits: 0, misses: 0 }
    this.#counts.set(name, counts)
    return counts
  }

  /** For an app that ends. */
  async release (keys: RemoteKeys): Promise<void> {
    const set = [...this.#all].find((each) => each.keys === keys)
    if (set === undefined || --set.users > 0) return
    this.#all.delete(set)
    await keys.close()
  }
}
