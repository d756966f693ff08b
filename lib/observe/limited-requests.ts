import { contextOf } from '../stage/context.ts'
import type { Observation } from '../stage/observation.ts'
import type { Value } from './metric.ts'

/** Returns the name of the rate limit that refused a request. */
export function refusingLimit ({ refusal }: Pick<Observation, 'refusal'>): string | undefined {
  return refusal?.code === 'RATE_LIMITED' ? refusal.members?.rule : undefined
}

/** Counts requests beyond rate limits, by the name of the limit. The names come from the config. */
export class LimitedRequests {
  readonly #refused = new Map<string, number>()
  readonly #counted = new Map<string, number>()

  add (observation: Observation): void {
    const name = refusingLimit(observation)
    if (name !== undefined) increment(this.#refused, name)
    const { limits } = contextOf(observation.request)
    if (limits !== null) for (const shadow of limits.exceededShadows) increment(this.#counted, shadow)
  }

  /** Returns the limits that were exceeded at least once. */
  values (): Value[] {
    return [...valuesOf(this.#refused, 'false'), ...valuesOf(this.#counted, 'true')]
  }
}

function increment (counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function valuesOf (counts: ReadonlyMap<string, number>, shadow: string): Value[] {
  return Array.from(counts, ([limit, value]) => ({ value, labels: { limit, shadow } }))
}
