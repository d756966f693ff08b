import type { FastifyRequest } from 'fastify'
import type { DecisionRollout } from '../../types/index.ts'
import type { Registry } from '../registry/registry.ts'
import { contextOf } from '../stage/context.ts'

/** Counts a request that a rollout concerns, when its exchange ends. Refusals do not count, nor do clients that leave. */
export function countRollout (registry: Registry, request: FastifyRequest, rollout: DecisionRollout): void {
  contextOf(request).onExchanged = (isFailure) => {
    const stop = registry.rolloutControl.count(rollout, isFailure)
    if (stop !== null) request.log.warn(stop, 'a rollout was stopped by its guard')
  }
}
