import type { Overridden, Tier, VersionDecision } from '../../types/index.ts'
import type { Found, Registry } from '../registry/registry.ts'

interface Reasons {
  tier: Tier
  source: string
  requested: string | null
  locked: boolean
  overridden: readonly Overridden[]
}

/** Writes a decision down, frozen all the way. */
export function makeDecision ({ version, alias }: Found, reasons: Reasons, { revision }: Registry): VersionDecision {
  return Object.freeze({
    id: version.id,
    ...reasons,
    ...alias !== undefined && { alias },
    overridden: Object.freeze(reasons.overridden.map((other) => Object.freeze(other))),
    revision
  })
}
