import type { FastifyInstance } from 'fastify'
import type { ExplainedRequest, Explanation, Principal, VersionDecision } from '../../../types/index.ts'
import { show } from '../../problems/config-problems.ts'
import { isRefusal, type Refusal } from '../../errors.ts'
import { problemOf, refuse } from '../../stage/refuse.ts'
import { contextOf, scopeOf } from '../../stage/context.ts'
import type { Rehearsal } from '../../stage/step.ts'
import { RehearsedReply } from './synthetic-reply.ts'
import { rehearsedRequest } from './synthetic-request.ts'
import type { Routes } from './route-table.ts'

/** Runs a simulated request through the stages, and returns their results. */
export async function explain (app: FastifyInstance, routes: Routes, explained: ExplainedRequest): Promise<Explanation> {
  const { request, reply, trace, refusal } = await rehearse(app, routes, explained, false)
  if (refusal === null) {
    const { url: route } = request.routeOptions
    const isForwarded = scopeOf(app).prefixes.some(({ isRoute }) => isRoute(route))
    if (!isForwarded) trace.push(route === undefined ? 'No route has this path, so it is not forwarded.' : `A route of the app answers: ${route}.`)
    const outcome = isForwarded ? 'forwarded' : 'decided'
    return freeze({ outcome, decision: request.version, status: null, headers: reply.getHeaders(), problem: null, trace })
  }
  refuse(request, reply.asReply(), refusal)
  const problem = problemOf(refusal, request, scopeOf(app).problems)
  trace.push(`The request is refused: ${problem.status} ${problem.code}. ${problem.detail}${comparisonOf(refusal)}`)
  return freeze({ outcome: 'refused', decision: null, status: problem.status, headers: reply.getHeaders(), problem, trace })
}

/** Resolves the version of a caller. @throws a refusal */
export async function resolveFor (app: FastifyInstance, routes: Routes, principal: Principal): Promise<VersionDecision> {
  const { request, refusal } = await rehearse(app, routes, principal, true)
  if (refusal !== null) throw refusal
  return request.version!
}

async function rehearse (app: FastifyInstance, routes: Routes, explained: ExplainedRequest, isOfCaller: boolean) {
  const { claims, provider, now, tenant } = explained
  if (now !== undefined && !Number.isFinite(now)) throw new TypeError(`now must be milliseconds since 1970, not ${show(now)}`)
  const trace: string[] = []
  const rehearsal: Rehearsal = {
    isOfCaller, trace, ...claims !== undefined && { claims }, ...provider !== undefined && { provider }, ...now !== undefined && { now }
  }
  const { request, route } = rehearsedRequest(app, explained, isOfCaller ? null : routes)
  const reply = new RehearsedReply(request)
  if (tenant !== undefined) contextOf(request).statedTenant = tenant
  let refusal: Refusal | null = null
  if (route?.config === null) {
    trace.push('Its route is outside of the gateway, or was declared before it, so nothing is known of it.')
    return { request, reply, trace, refusal }
  }
  try {
    for (const step of scopeOf(app).steps) await step(request, reply.asReply(), rehearsal)
  } catch (error) {
    if (!isRefusal(error)) throw error
    refusal = error
  }
  return { request, reply, trace, refusal }
}

function freeze (explanation: Explanation): Explanation {
  return Object.freeze({ ...explanation, headers: Object.freeze(explanation.headers), trace: Object.freeze(explanation.trace) })
}

/** The actual and expected values of a failed token check, for the operator. */
function comparisonOf ({ claim, found, expected }: Refusal): string {
  const parts = Object.entries({ claim, found, expected }).flatMap(([name, value]) => value === undefined ? [] : [`${name}: ${value}`])
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`
}
