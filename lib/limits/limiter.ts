import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LimitState, LimitTake } from '../../types/limits.ts'
import { rateLimited } from '../errors.ts'
import { isPromise, type Steps, wait } from '../shared/maybe-promise.ts'
import { contextOf } from '../stage/context.ts'
import type { Gate } from '../stage/gate.ts'
import type { LimitRecord } from '../stage/limit-record.ts'
import type { GuardedStore } from './guarded-store.ts'
import type { KnownExhausted } from './known-exhausted.ts'
import type { Limit } from './limit.ts'
import { type Applied, limitFields, retryAfter } from './limit-fields.ts'
import type { Plan } from './plan.ts'

interface Parts {
  readonly planOf: (request: FastifyRequest) => Plan
  readonly store: GuardedStore
  /** Set for a store that needs a round trip. */
  readonly exhausted: KnownExhausted | null
}

/** Checks the limits of requests: before the identity is verified, and after the decision. */
export class Limiter implements Gate {
  readonly #parts: Parts

  constructor (parts: Parts) {
    this.#parts = parts
  }

  readonly beforeIdentity = (request: FastifyRequest, reply: FastifyReply): Steps<void> => {
    const { planOf, exhausted } = this.#parts
    const { early, late } = planOf(request)
    const takes = takesOf(early, request)
    const isLast = late.length === 0 || request.routeOptions.config?.version === false
    return exhausted === null || isLast ? this.#take(takes, request, reply) : this.#postpone(takes, exhausted, request, reply)
  }

  readonly afterDecision = (request: FastifyRequest, reply: FastifyReply): Steps<void> => {
    const takes = takesOf(this.#parts.planOf(request).late, request)
    const { limits } = contextOf(request)
    return this.#take(limits === null ? takes : [...this.#pendingOf(limits), ...takes], request, reply)
  }

  /** Counts the request of a client that was refused in between, such as for its token. */
  countRest (request: FastifyRequest): void {
    const { limits } = contextOf(request)
    const takes = limits === null ? [] : this.#pendingOf(limits)
    if (takes.length === 0) return
    try {
      const states = this.#parts.store.take(takes)
      if (isPromise(states)) states.then((result) => this.#parts.exhausted?.learn(takes, result), () => {})
    } catch {
      // The store is not available, and the response is sent already.
    }
  }

  * #take (takes: readonly LimitTake[], request: FastifyRequest, reply: FastifyReply): Steps<void> {
    if (takes.length === 0) return
    const states = yield * wait(this.#parts.store.take(takes))
    this.#parts.exhausted?.learn(takes, states)
    settle(takes, states, request, reply)
  }

  /** Leaves the limits to the round trip after the decision, unless one is known to be exhausted. */
  * #postpone (takes: readonly LimitTake[], exhausted: KnownExhausted, request: FastifyRequest, reply: FastifyReply): Steps<void> {
    if (takes.length === 0) return
    const states = exhausted.find(takes)
    if (states !== null) settle(takes, states, request, reply)
    recordOf(request).pending = takes
  }

  #pendingOf (record: LimitRecord): readonly LimitTake[] {
    const { pending } = record
    record.pending = []
    return pending
  }
}

/** Returns what the limits that apply to a request take. For a dry run, it only describes them. */
function takesOf (limits: readonly Limit[], request: FastifyRequest): LimitTake[] {
  if (limits.length === 0) return []
  const { dryRun } = contextOf(request)
  if (dryRun?.isOfCaller === true) return []
  const takes: LimitTake[] = []
  for (const limit of limits) {
    const take = limit.takeFor(request)
    if (take === null) continue
    if (dryRun === null) takes.push(take)
    else dryRun.trace.push(`The rate limit ${limit.description} applies. A dry run is not counted.`)
  }
  return takes
}

/** Adds the fields of the limits to the response. @throws `RATE_LIMITED` if one refuses */
function settle (takes: readonly LimitTake[], states: readonly LimitState[], request: FastifyRequest, reply: FastifyReply): void {
  const record = recordOf(request)
  const latest = takes.map(({ rule }, index): Applied => ({ rule, state: states[index]! }))
  for (const { rule, state } of latest) if (rule.shadow && !state.allowed) noteShadow(rule.name, record, request)
  const visible = latest.filter(({ rule }) => !rule.shadow)
  if (visible.length === 0) return
  record.applied = record.applied.length === 0 ? visible : [...record.applied, ...visible]
  const fields = limitFields(record.applied)
  reply.header('ratelimit-policy', fields.policy)
  reply.header('ratelimit', fields.state)
  const refusing = visible.filter(({ state }) => !state.allowed)
  if (refusing.length === 0) return
  const [first] = refusing.toSorted((one, other) => other.state.retryAfterMs - one.state.retryAfterMs)
  throw rateLimited({ members: { rule: first!.rule.name }, headers: { 'retry-after': retryAfter(refusing) } })
}

function noteShadow (name: string, record: LimitRecord, request: FastifyRequest): void {
  record.exceededShadows = [...record.exceededShadows, name]
  request.log.info({ limit: name }, 'the request exceeds a rate limit that only counts')
}

function recordOf (request: FastifyRequest): LimitRecord {
  const context = contextOf(request)
  context.limits ??= { pending: [], applied: [], exceededShadows: [] }
  return context.limits
}
