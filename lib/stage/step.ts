import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ExplainedRequest } from '../../types/index.ts'
import type { MaybePromise } from '../shared/maybe-promise.ts'

/** The assumptions about a request that is only explained, and the trace of it. */
export interface Rehearsal extends Pick<ExplainedRequest, 'claims' | 'provider' | 'now'> {
  /** Whether there is only a caller and no request, as in `resolveFor()`. */
  readonly isOfCaller: boolean
  /** Receives a sentence for every step. */
  readonly trace: string[]
}

/**
 * What a stage does with a request before the handler runs. It may throw a refusal or reject with one.
 *
 * @param rehearsal `null` for a real request
 */
export type Step = (request: FastifyRequest, reply: FastifyReply, rehearsal: Rehearsal | null) => MaybePromise<void>
