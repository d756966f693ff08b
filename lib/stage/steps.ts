import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ExplainedRequest } from '../../types/index.ts'
import { type MaybePromise, settle } from '../maybe-promise.ts'
import { refuseOrFail } from '../problem.ts'
import { stepsOf } from './hand-over.ts'

/** What is assumed of a request that is only explained, and what is learned from it. */
export interface Rehearsal extends Pick<ExplainedRequest, 'claims' | 'provider' | 'now'> {
  /** Whether only the caller is known, and no request. */
  readonly isOfCaller: boolean
  /** Takes every step in words. */
  readonly trace: string[]
}

/**
 * What a stage does with a request, before it reaches its handler. It throws a refusal, at once or later.
 *
 * @param rehearsal `null` for a real request
 */
export type Step = (request: FastifyRequest, reply: FastifyReply, rehearsal: Rehearsal | null) => MaybePromise<void>

/** Has every request in scope take a step. Rehearsals take the same one. */
export function addStep (app: FastifyInstance, step: Step): void {
  stepsOf.get(app).push(step)
  app.addHook('onRequest', (request, reply, done) => {
    settle(() => step(request, reply, null), () => done(), (error) => refuseOrFail(request, reply, error, done))
  })
}
