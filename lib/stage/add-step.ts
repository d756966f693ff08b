import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isPromise, type MaybePromise } from '../shared/maybe-promise.ts'
import { refuseOrFail } from './refuse.ts'

/** Processes a request in one stage, before the handler runs. Throws or rejects with a refusal to end the request. */
type Step = (request: FastifyRequest, reply: FastifyReply) => MaybePromise<void>

/** Adds a step for every request in the scope. */
export function addStep (app: FastifyInstance, step: Step): void {
  app.addHook('onRequest', (request, reply, done) => {
    let pending: MaybePromise<void>
    try {
      pending = step(request, reply)
    } catch (error) {
      return refuseOrFail(request, reply, error, done)
    }
    if (isPromise(pending)) pending.then(() => done(), (error: unknown) => refuseOrFail(request, reply, error, done))
    else done()
  })
}
