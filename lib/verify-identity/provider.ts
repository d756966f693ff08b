import type { IncomingMessage } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Claims, IdentityProviderStatus, PublicJwk } from '../../types/index.ts'
import type { ResolvedProvider, ResolvedRemoteJwks } from '../config/normalize-identity.ts'
import { writtenIssuers } from '../identity/issuers.ts'
import { pemKeys } from '../identity/pem-keys.ts'
import { secretKey, type VerificationKey, verificationKey } from '../identity/verification-key.ts'
import { Authority } from './authority.ts'
import { removeToken } from './credential.ts'
import type { UnverifiedToken } from './decode-token.ts'
import { invalidToken } from './invalid-token.ts'
import { KeySets } from './keys/key-sets.ts'
import { fixedKeys, type KeySource } from './keys/key-source.ts'
import { RemoteKeys } from './keys/remote-keys.ts'
import { SuppliedKeys } from './keys/supplied-keys.ts'
import { type Source, tokenSource } from './token-source.ts'

/** A provider with its key source, prepared to verify tokens. */
export class Provider extends Authority {
  readonly options: ResolvedProvider
  readonly sources: readonly Source[]
  /** Ids of the sources from which the provider's tokens are accepted. */
  readonly sourceIds: ReadonlySet<string>
  readonly keys: KeySource
  /** The keys, if they are fetched; otherwise `null`. */
  readonly remote: RemoteKeys | null
  /** Cache hits and misses for the provider's tokens. */
  readonly cache: { hits: number, misses: number }
  readonly #keySets: KeySets
  readonly #algorithms: ReadonlySet<string>
  readonly #typ: string | undefined

  constructor (options: ResolvedProvider, log: FastifyBaseLogger, keySets: KeySets) {
    super(options)
    const { algorithms, tokenSources, typ } = options
    this.options = options
    this.sources = tokenSources.map(tokenSource)
    this.sourceIds = new Set(this.sources.map(({ id }) => id))
    this.#keySets = keySets
    this.cache = keySets.countsOf(options.name)
    this.keys = keySource(options, log, keySets)
    this.remote = this.keys instanceof RemoteKeys ? this.keys : null
    this.#algorithms = new Set(algorithms)
    this.#typ = typ === undefined ? undefined : mediaType(typ)
  }

  static all (providers: readonly ResolvedProvider[], app: FastifyInstance): Provider[] {
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

  override withhold (raw: IncomingMessage, token: string): void {
    if (!this.options.forwardToken) removeToken(raw, token, this.sources)
  }

  get onReady (): ResolvedRemoteJwks['onReady'] {
    return (this.options.jwks as ResolvedRemoteJwks).onReady
  }

  /** Closes fetched keys, unless another app uses them. */
  async close (): Promise<void> {
    if (this.remote !== null || this.keys instanceof SuppliedKeys) await this.#keySets.release(this.options)
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
  return 'getKey' in jwks ? keySets.useLookup(options, { log }) : keySets.use(options, { log })
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
