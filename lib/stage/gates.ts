import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Steps } from '../shared/maybe-promise.ts'
import { extendScope, scopeOf } from './context.ts'
import type { Gate } from './gate.ts'

/** Adds a gate for requests of a scope. Gateways that are registered later, in this scope or below, call it. */
export function addGate (app: FastifyInstance, gate: Gate): void {
  extendScope(app, { gates: [...scopeOf(app).gates, gate] })
}

/** Runs one step of all gates. Most apps have none. */
export function * passGates (step: keyof Gate, request: FastifyRequest, reply: FastifyReply): Steps<void> {
  for (const gate of scopeOf(request.server).gates) {
    const run = gate[step]
    if (run !== undefined) yield * run(request, reply)
  }
}
