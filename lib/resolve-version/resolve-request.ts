import type { FastifyReply, FastifyRequest } from 'fastify'
import { versionResolutionUnavailable } from '../errors.ts'
import { isPreflight } from '../http/preflight.ts'
import type { Registry } from '../registry/registry.ts'
import type { Steps } from '../shared/maybe-promise.ts'
import { builtInMark } from '../stage/built-in.ts'
import { contextOf } from '../stage/context.ts'
import type { DryRun } from '../stage/dry-run.ts'
import { passGates } from '../stage/gates.ts'
import { addTrackedVary } from './add-vary.ts'
import { countRollout } from './count-rollout.ts'
import { coverPath } from './cover-path.ts'
import { decide, decideForPreflight } from './decide/decide.ts'
import { makeDecision } from './decide/decision.ts'
import type { DecisionInput, Rules, Served } from './decide/types.ts'
import { endUnlessForwarded } from './explain/end-dry-run.ts'
import type { LateOpinions } from './late-opinions.ts'
import { reasonHeader, reasonOf, reasonOfRefusal } from './reason-header.ts'
import type { UsageReporter } from './usage-reporter.ts'
import { varyByKey } from './vary-by-key.ts'
import type { Variation } from './vary-headers.ts'

interface Resolution {
  readonly registry: Registry
  readonly vary: Variation
  readonly lateOpinions: LateOpinions
  readonly reporter: UsageReporter
  /** Whether a response contains the reason for its version. `null`: none does. */
  readonly isExposed: ((request: FastifyRequest) => boolean) | null
  /** Whether plugins have steps after the decision. */
  readonly hasGates: boolean
  /** Adds the headers of the version, unless the request is forwarded. */
  readonly announce: (reply: FastifyReply) => void
}

/** Makes the steps that decide the version of a request, and set `request.version` and the headers of the decision. */
export function requestResolver ({ registry, vary, lateOpinions, reporter, isExposed, hasGates, announce }: Resolution) {
  const { rules } = lateOpinions
  return function * resolve (request: FastifyRequest, reply: FastifyReply, dryRun: DryRun | null): Steps<void> {
    const input = inputOf(request, registry, dryRun, vary)
    const { headerTracker } = input
    const isCounted = dryRun === null && !isPreflight(request)
    varyByKey(reply, input, vary)
    let served: Served
    let serving: Served
    try {
      const applied = dryRun?.isOfCaller === true ? withoutOverrides(rules) : rules
      served = yield * (isPreflight(request) ? decideForPreflight(input, applied) : decide(input, applied))
      for (const resolver of served.consulted) builtInMark(resolver)?.consume?.(request)
      serving = coverPath(served, input)
    } catch (error) {
      if (headerTracker !== undefined) addTrackedVary(request, reply, headerTracker)
      if (isCounted) reporter.failed(error, input)
      if (isExposed?.(request) === true) reply.header(reasonHeader, reasonOfRefusal(error))
      throw error
    }
    if (headerTracker !== undefined) addTrackedVary(request, reply, headerTracker)
    request.version = makeDecision(serving, input)
    contextOf(request).servedBy = serving.version
    lateOpinions.decided(request, served.chosen)
    if (isExposed?.(request) === true) reply.header(reasonHeader, reasonOf(request.version))
    if (isCounted) {
      reporter.served(served, input)
      if (served.chosen.rollout !== undefined) countRollout(registry, request, served.chosen.rollout)
    }
    if (dryRun !== null) dryRun.decision = request.version
    if (hasGates) yield * passGates('afterDecision', request, reply)
    if (dryRun === null) return
    announce(reply)
    endUnlessForwarded(dryRun, request, reply)
  }
}

function inputOf (
  request: FastifyRequest, registry: Registry, dryRun: DryRun | null, { headerTracker, callsApp }: Variation
): DecisionInput {
  try {
    const now = dryRun?.now ?? registry.now()
    const { revision: matched, match } = contextOf(request)
    const revision = matched ?? registry.revisions.current
    return {
      request,
      revision,
      match,
      now,
      random: registry.options.random,
      trace: dryRun?.trace ?? null,
      headerTracker: callsApp || revision.rollouts?.reads.callsApp === true ? headerTracker : undefined
    }
  } catch (cause) {
    throw versionResolutionUnavailable({ cause, members: { source: 'registry.now' } })
  }
}

/** A caller without a request cannot override anything. */
function withoutOverrides (rules: Rules): Rules {
  return { ...rules, override: [], weak: [] }
}
