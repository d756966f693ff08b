import type { VersionDecision } from '../../types/index.ts'
import type { Case, Served } from './case.ts'

/** Writes a decision down, frozen all the way. */
export function makeDecision ({ chosen, version }: Served, { revision, now }: Case): VersionDecision {
  const { tier, source, requested, locked, alias, overridden } = chosen
  return Object.freeze({
    id: version.id,
    tier,
    source,
    requested,
    locked,
    state: version.stateAt(now),
    ...alias !== undefined && { alias },
    ...version !== chosen.version && { insteadOf: chosen.version.id },
    overridden: Object.freeze(overridden.map((other) => Object.freeze(other))),
    revision: revision.number
  })
}
