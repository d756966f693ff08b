import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LimitState, LimitTake } from '../../types/limits.ts'
import { rateLimited } from '../errors.ts'
import { isDestroyed } from '../server/client-response.ts'
import { isPromise, type Steps, wait } from '../shared/maybe-promise.ts'
import { contextOf, scopeOf } from '../stage/context.ts'
import type { Gate } from '../stage/gate.ts'
import type { LimitRecord } from '../stage/limit-record.ts'
import type { GuardedStore } from './guarded-store.ts'
import type { KnownExhausted } from './known-exhausted.ts'
import type { Limit } from './limit.ts'
import { limitFields, retryAfter } from './limit-fields.ts'
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
    return exhausted === null || isLast ? this.#take(takes, request, reply, isLast) : this.#postpone(takes, exhausted, request, reply)
  }

  readonly afterDecision = (request: FastifyRequest, reply: FastifyReply): Steps<void> => {
    const takes = takesOf(this.#parts.planOf(request).late, request)
    return this.#take([...this.#pendingOf(request), ...takes], request, reply, true)
  }

  /** Counts a request that was refused in between, such as for its token, or whose client has left. */
  #countRest (request: FastifyRequest): void {
    const takes = this.#pendingOf(request)
    if (takes.length === 0) return
    try {
      const states = this.#parts.store.take(takes)
      if (!isPromise(states)) return
      states.then((result) => {
        this.#parts.exhausted?.learn(takes, result)
        report(takes, result, request)
      }).catch(() => {})
    } catch {
      // The store is not available, and the response is sent already.
    }
  }

  /** @param isLast whether no further limits are checked for the request */
  * #take (takes: readonly LimitTake[], request: FastifyRequest, reply: FastifyReply, isLast: boolean): Steps<void> {
    if (takes.length === 0) {
      if (isLast) showLimits(request, reply)
      return
    }
    const states = yield * wait(this.#parts.store.take(takes))
    this.#parts.exhausted?.learn(takes, states)
    settle(takes, states, request, reply, isLast)
  }

  /** Leaves the limits to the round trip after the decision, unless one is known to be exhausted. */
  * #postpone (takes: readonly LimitTake[], exhausted: KnownExhausted, request: FastifyRequest, reply: FastifyReply): Steps<void> {
    if (takes.length === 0) return
    const found = exhausted.find(takes)
    if (found.length > 0) settle(found.map(({ take }) => take), found.map(({ state }) => state), request, reply, false)
    const record = recordOf(request)
    record.pending ??= new Map()
    record.pending.set(this, takes)
    // Not `onResponse`, which does not run if the client leaves before the response.
    if (isDestroyed(reply.raw)) this.#countRest(request)
    else reply.raw.once('close', () => this.#countRest(request))
  }

  #pendingOf (request: FastifyRequest): readonly LimitTake[] {
    const pending = contextOf(request).limits?.pending ?? null
    const takes = pending?.get(this) ?? none
    pending?.delete(this)
    return takes
  }
}

const none: readonly LimitTake[] = []

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

/** Notes the states of limits. @throws `RATE_LIMITED` if one refuses */
function settle (
  takes: readonly LimitTake[], states: readonly LimitState[], request: FastifyRequest, reply: FastifyReply, isLast: boolean
): void {
  report(takes, states, request)
  const record = recordOf(request)
  let isRefused = false
  for (const [index, { rule }] of takes.entries()) {
    const state = states[index]!
    if (!rule.shadow) record.applied.push({ rule, state })
    if (state.allowed) continue
    if (rule.shadow) noteShadow(rule.name, record, request)
    else isRefused = true
  }
  if (isLast || isRefused) showLimits(request, reply)
  if (!isRefused) return
  const refusing = record.applied.filter(({ state }) => !state.allowed)
  const [first] = refusing.toSorted((one, other) => other.state.retryAfterMs - one.state.retryAfterMs)
  throw rateLimited({ members: { rule: first!.rule.name }, headers: { 'retry-after': retryAfter(refusing) } })
}

/** Tells the admin page, if there is one. */
function report (takes: readonly LimitTake[], states: readonly LimitState[], { server }: FastifyRequest): void {
  const { onLimit } = scopeOf(server)
  if (onLimit !== null) for (const [index, take] of takes.entries()) onLimit(take, states[index]!)
}

/** Adds the fields of the limits to the response. */
function showLimits (request: FastifyRequest, reply: FastifyReply): void {
  const { limits } = contextOf(request)
  if (limits === null || limits.applied.length === 0) return
  const { policy, state } = limitFields(limits.applied)
  reply.header('ratelimit-policy', policy)
  reply.header('ratelimit', state)
}

function noteShadow (name: string, record: LimitRecord, request: FastifyRequest): void {
  record.exceededShadows = [...record.exceededShadows, name]
  request.log.info({ limit: name }, 'request exceeds a rate limit in shadow mode')
}

function recordOf (request: FastifyRequest): LimitRecord {
  const context = contextOf(request)
  context.limits ??= { pending: null, applied: [], exceededShadows: [] }
  return context.limits
}
