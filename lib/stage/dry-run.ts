import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Claims, ExplainedRequest, Explanation, Problem, VersionDecision } from '../../types/index.ts'
import type { Refusal } from '../errors.ts'

/** The `request.id` of all dry runs. */
const requestId = 'explained'

/** Values that the caller of `explain()` supplies in place of those of a real request. */
interface Assumptions extends Pick<ExplainedRequest, 'claims' | 'provider' | 'now'> {
  readonly tenant?: string | null
}

/**
 * A request that `explain()` or `resolveFor()` sends through the app. All hooks see it as a real request. It ends before a
 * handler runs, so nothing is forwarded. It has the assumptions of its caller, and collects what happens.
 */
export class DryRun {
  /** Whether there is only a caller and no request, as in `resolveFor()`. */
  readonly isOfCaller: boolean
  readonly claims: Claims | undefined
  readonly provider: string | undefined
  /** Replaces the tenant of the request. `null`: no tenant. */
  readonly tenant: string | null | undefined
  readonly now: number | undefined
  /** A sentence for every step. */
  readonly trace: string[] = []
  /** `null` if the app itself responded. */
  outcome: Explanation['outcome'] | null = null
  decision: VersionDecision | null = null
  refusal: Refusal | null = null
  problem: Problem | null = null
  /** An invalid argument of `explain()`, which throws it. */
  mistake: Error | null = null

  constructor ({ claims, provider, tenant, now }: Assumptions, isOfCaller: boolean) {
    this.isOfCaller = isOfCaller
    this.claims = claims
    this.provider = provider
    this.tenant = tenant
    this.now = now
  }

  refuse (refusal: Refusal, problem: Problem): void {
    this.outcome = 'refused'
    this.refusal = refusal
    this.problem = problem
  }

  /** Responds, so that Fastify calls no further hook and no handler. */
  end (outcome: Explanation['outcome'], reply: FastifyReply): void {
    this.outcome = outcome
    reply.hijack()
    reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders).end()
  }
}

interface Running {
  readonly dryRun: DryRun
  /** Called when the request has reached a scope with a gateway. */
  readonly admit: () => void
}

/** Fastify's types lack the function that `setGenReqId` replaces. */
type MakeId = (this: unknown, raw: IncomingMessage) => string

const dryRuns = new WeakMap<object, Running>()

/** Number of dry runs in progress. While it is 0, requests skip the lookup. */
let running = 0

/** Only this makes a request a dry run, so no client can. @returns ends it */
export function beginDryRun (raw: object, dryRun: DryRun, admit: () => void): () => void {
  running++
  dryRuns.set(raw, { dryRun, admit })
  return () => { running-- }
}

export function dryRunOf (raw: object): DryRun | null {
  return running === 0 ? null : dryRuns.get(raw)?.dryRun ?? null
}

/**
 * Admits dry runs to a scope and the scopes in it. Its hooks must end them before a handler runs. Fastify asks the scope of a
 * route for the id of a request before it runs any hook; outside of the scope, no hook and no handler runs for a dry run.
 */
export function admitDryRuns (app: FastifyInstance): void {
  const { genReqId } = app as FastifyInstance & { genReqId: MakeId }
  app.setGenReqId(function (this: unknown, raw) {
    const found = running === 0 ? undefined : dryRuns.get(raw)
    if (found === undefined) return genReqId.call(this, raw)
    found.admit()
    return requestId
  })
  const root = rootOf(app)
  if (!root.hasRequestDecorator('isDryRun')) {
    root.decorateRequest('isDryRun', { getter (this: FastifyRequest) { return dryRuns.has(this.raw) } })
  }
}

/** Returns the outermost scope. Each scope inherits from the one around it. */
export function rootOf (app: FastifyInstance): FastifyInstance {
  const outer = Object.getPrototypeOf(app) as Partial<FastifyInstance> | null
  return outer?.register === undefined ? app : rootOf(outer as FastifyInstance)
}
