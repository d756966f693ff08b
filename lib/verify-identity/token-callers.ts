import type { FastifyRequest } from 'fastify'
import type { Claims } from '../../types/index.ts'
import type { MaybePromise } from '../shared/maybe-promise.ts'
import { contextOf } from '../stage/context.ts'
import type { CallerSource, Identified } from './caller-source.ts'
import { type CredentialRules, findCredential } from './credential.ts'
import type { Identify } from './identify.ts'
import { Issuers } from './issuers.ts'
import type { Provider } from './provider.ts'
import type { Source } from './token-source.ts'

/** Identifies callers by tokens, which the gateway finds and verifies. */
export class TokenCallers implements CallerSource {
  readonly #providers: readonly Provider[]
  readonly #sources: readonly Source[]
  readonly #rules: CredentialRules
  readonly #identify: Identify

  constructor (providers: readonly Provider[], sources: readonly Source[], rules: CredentialRules, identify: Identify) {
    this.#providers = providers
    this.#sources = sources
    this.#rules = rules
    this.#identify = identify
  }

  find (request: FastifyRequest): MaybePromise<Identified | null> {
    const credential = findCredential(request.raw, this.#sources, this.#rules)
    if (credential === null) return null
    if (!credential.isOpaque) return this.#identify(credential.token, credential.source)
    contextOf(request).hasOpaqueToken = true
    return null
  }

  authorityOf ({ iss }: Claims, name: string | undefined): Provider | undefined {
    if (name !== undefined) return this.#providers.find((provider) => provider.name === name)
    return new Issuers(this.#providers).find(iss) ?? this.#providers[0]
  }
}
