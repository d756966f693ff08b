import type { VersionDecision } from '../../../types/index.ts'
import type { DecisionInput, Served } from './types.ts'

type Writable = { -readonly [Member in keyof VersionDecision]: VersionDecision[Member] }

/** Makes the deeply frozen decision. */
export function makeDecision ({ chosen, version }: Served, { revision, match, now }: DecisionInput): VersionDecision {
  const { tier, source, requested, locked, alias, overridden, bucket, rollout } = chosen
  const decision: Writable = {
    id: version.id, tier, source, requested, locked, state: version.stateAt(now), overridden, revision: revision.number
  }
  if (alias !== undefined) decision.alias = alias
  if (match !== null) decision.route = match.rule.name
  if (bucket !== undefined) decision.bucket = bucket
  if (rollout !== undefined) decision.rollout = rollout
  if (version !== chosen.version) decision.insteadOf = chosen.version.id
  if (!Object.isFrozen(overridden)) {
    for (const other of overridden) Object.freeze(other)
    Object.freeze(overridden)
  }
  return Object.freeze(decision)
}
