import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DecisionRollout } from '../../types/index.ts'
import type { Registry } from '../registry/registry.ts'
import { contextOf } from '../stage/context.ts'
import { Observation } from '../stage/observation.ts'
import { whenComplete } from '../stage/observe.ts'

/** Counts a request that a rollout concerns when it is complete. Refusals do not count, nor do clients that leave. */
export function countRollout (registry: Registry, request: FastifyRequest, reply: FastifyReply, rollout: DecisionRollout): void {
  const observation = contextOf(request).observation ??= new Observation(request, reply)
  whenComplete(observation, [({ outcome, isFailure }) => {
    if (outcome !== 'served' && outcome !== 'upstream-failed') return
    const stop = registry.rolloutControl.count(rollout, isFailure)
    if (stop !== null) request.log.warn(stop, 'a rollout was stopped by its guard')
  }])
}
