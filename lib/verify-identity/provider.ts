import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type {
  Authorization, Claims, IdentityProviderStatus, PublicJwk, RouteIdentity
} from '../../types/index.ts'
import type { ResolvedIdentity, ResolvedProvider, ResolvedRemoteJwks } from '../config/normalize-identity.ts'
import { writtenIssuers } from '../identity/issuers.ts'
import { pemKeys } from '../identity/pem-keys.ts'
import { secretKey, type VerificationKey, verificationKey } from '../identity/verification-key.ts'
import { asksForMore } from './authorize.ts'
import type { UnverifiedToken } from './decode-token.ts'
import { fixedKeys } from './keys/fixed-keys.ts'
import { invalidToken } from './invalid-token.ts'
import { KeySets } from './keys/key-sets.ts'
import type { KeySource } from './keys/key-source.ts'
import { claimProjection, type Projection } from './project-claims.ts'
import { RemoteKeys } from './keys/remote-keys.ts'
import { type Source, tokenSource } from './token-source.ts'

/** A provider with its key source, prepared to verify tokens. */
export class Provider {
  readonly options: ResolvedProvider
  readonly sources: readonly Source[]
  /** Ids of the sources from which the provider's tokens are accepted. */
  readonly sourceIds: ReadonlySet<string>
  readonly keys: KeySource
  /** The keys, if they are fetched; otherwise `null`. */
  readonly remote: RemoteKeys | null
  readonly project: Projection
  /** The provider's requirements in addition to a verified token. */
  readonly asksFor: Authorization | null
  /** Cache hits and misses for the provider's tokens. */
  readonly cache: { hits: number, misses: number }
  readonly #claims: Authorization | null
  readonly #keySets: KeySets
  readonly #algorithms: ReadonlySet<string>
  readonly #typ: string | undefined

  constructor (options: ResolvedProvider, log: FastifyBaseLogger, keySets: KeySets) {
    const { algorithms, tokenSources, typ } = options
    this.options = options
    this.sources = tokenSources.map(tokenSource)
    this.sourceIds = new Set(this.sources.map(({ id }) => id))
    this.#keySets = keySets
    this.cache = keySets.countsOf(options.name)
    this.keys = keySource(options, log, keySets)
    this.remote = this.keys instanceof RemoteKeys ? this.keys : null
    this.project = claimProjection(options)
    const asked = pick(options, 'requiredScopes', 'requiredRoles', 'authorize')
    this.asksFor = asksForMore(asked) ? { ...asked, ...pick(options, ...claimOptions) } : null
    this.#claims = claimOptions.some((name) => options[name] !== undefined) ? pick(options, ...claimOptions) : null
    this.#algorithms = new Set(algorithms)
    this.#typ = typ === undefined ? undefined : mediaType(typ)
  }

  static all ({ providers }: ResolvedIdentity, app: FastifyInstance): Provider[] {
    const keySets = KeySets.of(app)
    return providers.map((each) => new Provider(each, app.log, keySets))
  }

  /**
   * Checks the header of a token before its key is looked up, so that an attacker's token cannot cause a fetch.
   *
   * @throws `TOKEN_INVALID`
   */
  checkHeader ({ hint, typ }: UnverifiedToken): void {
    if (!this.#algorithms.has(hint.alg)) throw invalidToken('algorithm', { found: hint.alg, expected: [...this.#algorithms] })
    if (this.#typ === undefined) return
    if (typeof typ !== 'string' || mediaType(typ) !== this.#typ) throw invalidToken('type', { found: typ, expected: this.#typ })
  }

  /**
   * Drops keys that belong to other issuers of the set: Entra ID has keys that only sign for one tenant, and names it as the
   * key's `issuer`. Without this check, that tenant could issue tokens of all others.
   */
  keysOf ({ iss }: Claims, keys: readonly VerificationKey[]): readonly VerificationKey[] {
    return keys.filter(({ issuer = iss }) => issuer === iss || String(issuer).includes('{'))
  }

  /** Returns the requirements of a route, with the provider's scope and role claims as defaults. */
  asksForRoute (route: RouteIdentity): RouteIdentity {
    return this.#claims === null ? route : { ...this.#claims, ...route }
  }

  get onReady (): ResolvedRemoteJwks['onReady'] {
    return (this.options.jwks as ResolvedRemoteJwks).onReady
  }

  /** Closes the key set, unless another app uses it. */
  async close (): Promise<void> {
    if (this.remote !== null) await this.#keySets.release(this.options)
  }

  status (): IdentityProviderStatus {
    const { name, issuer } = this.options
    const issuers = writtenIssuers(issuer)
    return { name, issuer: issuers[0]!, issuers, ...this.keys.status(), cache: { ...this.cache } }
  }
}

function keySource (options: ResolvedProvider, log: FastifyBaseLogger, keySets: KeySets): KeySource {
  const { jwks } = options
  if ('pem' in jwks) return fixedKeys([jwks.pem].flat().flatMap(pemKeys))
  if ('secret' in jwks) return fixedKeys([secretKey(jwks.secret)])
  if (jwks.keys !== undefined) return fixedKeys(usableKeys(options, jwks.keys, log))
  return keySets.use(options, { log })
}

/** Skips keys for other purposes (RFC 7517 5), and logs them. */
function usableKeys ({ name }: ResolvedProvider, jwks: readonly PublicJwk[], log: FastifyBaseLogger): VerificationKey[] {
  return jwks.flatMap((jwk) => {
    const key = verificationKey(jwk)
    if (typeof key !== 'string') return key
    log.warn({ provider: name, kid: jwk.kid, reason: key }, 'ignoring a key of the provider')
    return []
  })
}

/** Normalizes a type: lower case, without the optional `application/` (RFC 7515 4.1.9). */
function mediaType (typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '')
}

const claimOptions = ['scopesClaim', 'rolesClaim'] as const

function pick (options: Authorization, ...names: Array<keyof Authorization>): Authorization {
  return Object.fromEntries(names.flatMap((name) => options[name] === undefined ? [] : [[name, options[name]]]))
}
