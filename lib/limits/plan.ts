import type { FastifyRequest } from 'fastify'
import type { RouteTable } from '../routes/route-table.ts'
import { contextOf, type ScopeContext, scopeOf } from '../stage/context.ts'
import type { Limit } from './limit.ts'

/** When the limits of a scope are checked. */
export interface Plan {
  /** Before the identity is verified, so that bad tokens cannot exhaust the verification. */
  readonly early: readonly Limit[]
  /** When the caller and the version are known. */
  readonly late: readonly Limit[]
}

interface Planned extends Plan {
  readonly table: RouteTable | null
}

/** Makes the function that returns the plan for a request. It depends on the scope's identity options and on the current routes. */
export function planner (limits: readonly Limit[]): (request: FastifyRequest) => Plan {
  const plans = new WeakMap<ScopeContext, Planned>()
  return (request) => {
    const scope = scopeOf(request.server)
    const table = contextOf(request).revision?.routes ?? null
    const known = plans.get(scope)
    if (known !== undefined && known.table === table) return known
    const planned = { ...makePlan(limits, scope, table), table }
    plans.set(scope, planned)
    return planned
  }
}

function makePlan (limits: readonly Limit[], { projectedHeaders }: ScopeContext, table: RouteTable | null): Plan {
  const projected = new Set(projectedHeaders?.map((name) => name.toLowerCase()))
  // Then the request is matched again after the claims are projected.
  const isMatchedAgain = table !== null && [...projected].some((name) => table.readsHeaders.has(name))
  const isLate = ({ reads }: Limit): boolean =>
    reads.decision || (reads.rule && isMatchedAgain) || reads.headers.some((name) => projected.has(name))
  return { early: limits.filter((limit) => !isLate(limit)), late: limits.filter(isLate) }
}
