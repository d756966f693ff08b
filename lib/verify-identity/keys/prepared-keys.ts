import type { FastifyBaseLogger } from 'fastify'
import type { PublicJwk } from '../../../types/index.ts'
import { type VerificationKey, verificationKey } from '../../identity/verification-key.ts'

/**
 * The usable keys of one JWKS, in their order. Those of its predecessor are used again, so an unchanged key stays valid, and so
 * do cached tokens that it verified.
 */
export class PreparedKeys {
  readonly usable: readonly VerificationKey[]
  /** The keys by their JSON, or the reason why one cannot be used. */
  readonly #all: ReadonlyMap<string, VerificationKey | string>

  private constructor (all: ReadonlyMap<string, VerificationKey | string>) {
    this.#all = all
    this.usable = [...all.values()].filter((key) => typeof key !== 'string')
  }

  /** @param provider names the provider in the log */
  static of (jwks: readonly unknown[], before: PreparedKeys | null, log: Pick<FastifyBaseLogger, 'warn'>, provider: string): PreparedKeys {
    const all = new Map<string, VerificationKey | string>()
    for (const jwk of jwks as readonly PublicJwk[]) {
      const identity = JSON.stringify(jwk)
      const known = before === null ? undefined : before.#all.get(identity)
      const key = known ?? verificationKey(jwk)
      if (known === undefined && typeof key === 'string') log.warn({ provider, kid: jwk?.kid, reason: key }, 'ignoring a key of the provider')
      all.set(identity, key)
    }
    return new PreparedKeys(all)
  }

  /** Returns a copy whose keys become invalid independently. */
  copy (): PreparedKeys {
    return new PreparedKeys(new Map([...this.#all].map(([jwk, key]) => [jwk, typeof key === 'string' ? key : { ...key }])))
  }

  /** Invalidates all keys that a later set does not have. */
  retire (later?: PreparedKeys): void {
    for (const key of this.usable) key.isCurrent = later?.usable.includes(key) === true
  }
}
