import type { FastifyInstance } from 'fastify'
import { settle } from '../shared/maybe-promise.ts'
import { refuseOrFail } from './refuse.ts'
import { scopeOf } from './context.ts'
import type { Step } from './step.ts'

/** Adds a step for every request in the scope. Rehearsals run the same step. */
export function addStep (app: FastifyInstance, step: Step): void {
  scopeOf(app).steps.push(step)
  app.addHook('onRequest', (request, reply, done) => {
    settle(() => step(request, reply, null), () => done(), (error) => refuseOrFail(request, reply, error, done))
  })
}
