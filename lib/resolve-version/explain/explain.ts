import type { FastifyInstance } from 'fastify'
import type { ExplainedRequest, Explanation, Principal, VersionDecision } from '../../../types/index.ts'
import type { Refusal } from '../../errors.ts'
import { show } from '../../problems/config-problems.ts'
import { scopeOf } from '../../stage/context.ts'
import { DryRun } from '../../stage/dry-run.ts'
import { sendDryRun } from './send-dry-run.ts'

/** A request that reaches a route of the gateway. */
export interface AnyRoute {
  readonly method: string
  readonly url: string
}

/** Makes the function that returns a route for callers without a request. Only the hooks before its handler matter. */
export function anyRoute (app: FastifyInstance): () => AnyRoute {
  let first: AnyRoute | undefined
  // A pattern is also a path that it matches.
  app.addHook('onRoute', ({ method, url }) => { first ??= { method: [method].flat()[0]!, url } })
  return () => {
    const [mount] = scopeOf(app).prefixes
    return mount === undefined ? first ?? { method: 'GET', url: '/' } : { method: 'GET', url: `${mount.prefix}/.version-gateway/caller` }
  }
}

/** Sends a dry run of a request through the app, and returns its results. */
export async function explain (app: FastifyInstance, explained: ExplainedRequest): Promise<Explanation> {
  const { now } = explained
  if (now !== undefined && !Number.isFinite(now)) throw new TypeError(`now must be milliseconds since 1970, not ${show(now)}`)
  const dryRun = new DryRun(explained, false)
  const response = await sendDryRun(app, dryRun, explained)
  const { trace, refusal, problem } = dryRun
  if (response === null) {
    return freeze({ outcome: 'decided', decision: null, status: null, headers: {}, problem: null, trace })
  }
  const { headers } = response
  if (dryRun.outcome === null) {
    trace.push(`The app itself responds ${response.status} before the request is forwarded.`)
    return freeze({ outcome: 'responded', decision: dryRun.decision, status: response.status, headers, problem: null, trace })
  }
  if (refusal === null) return freeze({ outcome: dryRun.outcome, decision: dryRun.decision, status: null, headers, problem: null, trace })
  trace.push(`The request is refused: ${problem!.status} ${problem!.code}. ${problem!.detail}${comparisonOf(refusal)}`)
  return freeze({ outcome: 'refused', decision: null, status: problem!.status, headers, problem, trace })
}

/** Resolves the version of a caller. @throws a refusal */
export async function resolveFor (app: FastifyInstance, principal: Principal, route: AnyRoute): Promise<VersionDecision> {
  const dryRun = new DryRun(principal, true)
  const response = await sendDryRun(app, dryRun, route)
  if (dryRun.refusal !== null) throw dryRun.refusal
  if (dryRun.decision !== null) return dryRun.decision
  throw new Error(response === null
    ? 'resolveFor() needs a route of the gateway. Register proxyVersions in its scope.'
    : `A hook of the app responded ${response.status} before the version was decided. Hooks recognize such requests by request.isDryRun.`)
}

function freeze (explanation: Explanation): Explanation {
  return Object.freeze({ ...explanation, headers: Object.freeze(explanation.headers), trace: Object.freeze(explanation.trace) })
}

/** The actual and expected values of a failed token check, for the operator. */
function comparisonOf ({ claim, found, expected }: Refusal): string {
  const parts = Object.entries({ claim, found, expected }).flatMap(([name, value]) => value === undefined ? [] : [`${name}: ${value}`])
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`
}
