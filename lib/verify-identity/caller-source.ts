import type { FastifyRequest } from 'fastify'
import type { Claims, Identity } from '../../types/index.ts'
import type { ClaimReader } from '../identity/claim-readers.ts'
import type { MaybePromise } from '../shared/maybe-promise.ts'
import type { Authority } from './authority.ts'
import type { ProjectedHeader } from './project-claims.ts'

/** A verified identity, with the headers made from its claims. */
export interface Identified {
  readonly identity: Identity
  readonly authority: Authority
  readonly headers: readonly ProjectedHeader[]
  /** Options that read a claim which the token lacks. */
  readonly failing: readonly ClaimReader[]
  /** The verified token, if the gateway itself has found it. */
  readonly token: string | null
}

/** Identifies callers: by tokens that the gateway verifies, or with a verifier of the app. */
export interface CallerSource {
  /** Returns the caller of a request; `null` for an anonymous one. @throws `TOKEN_INVALID`, `FORBIDDEN`, `KEYS_UNAVAILABLE` */
  find (request: FastifyRequest): MaybePromise<Identified | null>
  /** Returns the authority for claims that a dry run assumes. @param name the name of the authority, if the dry run has one */
  authorityOf (claims: Claims, name: string | undefined): Authority | undefined
}
