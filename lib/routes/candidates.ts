import { groupBy } from '../shared/group-by.ts'
import { type Alternative, headersOf } from './alternative.ts'
import type { RequestValues } from './request-values.ts'
import type { Condition } from './types.ts'

/** Minimum number of alternatives for an index. Fewer are tested one after another. */
const minIndexed = 8
/** Maximum number of indexes in which a request is looked up. */
const maxIndexes = 8

/** Alternatives that require an exact value, by that value. */
interface Index {
  readonly required: Pick<Condition, 'source' | 'name'>
  readonly byValue: ReadonlyMap<string, Candidates>
}

const none: readonly Index[] = []

/**
 * The alternatives for the same host and path. Many are indexed by the values that they require most often, so the time of a
 * match does not depend on their number.
 */
export class Candidates {
  /** The request headers that they read, in lower case. */
  readonly headers: ReadonlySet<string>
  /** Whether some alternative always matches. */
  readonly isFinal: boolean
  readonly #indexes: readonly Index[]
  readonly #others: readonly Alternative[]

  /** @param alternatives in order of precedence */
  constructor (alternatives: readonly Alternative[], indexed: readonly string[] = []) {
    this.headers = headersOf(alternatives)
    this.isFinal = alternatives.some(({ isUnconditional }) => isUnconditional)
    const keys = alternatives.length < minIndexed ? [] : frequentKeys(alternatives, indexed)
    if (keys.length === 0) {
      this.#indexes = none
      this.#others = alternatives
      return
    }
    const groups = groupBy(alternatives, (alternative) => keys.find((key) => exactCondition(alternative, key) !== undefined) ?? null)
    this.#others = groups.get(null) ?? []
    groups.delete(null)
    this.#indexes = Array.from(groups, ([key, group]) => indexBy(key!, group, indexed))
  }

  /** Returns the first alternative that a request fits, if it precedes a rank. */
  first (values: RequestValues, before = Infinity): Alternative | null {
    let best: Alternative | null = null
    let limit = before
    for (const index of this.#indexes) {
      const found = lookUp(index, values, limit)
      if (found === null) continue
      best = found
      limit = found.rank
    }
    for (const alternative of this.#others) {
      if (alternative.rank >= limit) return best
      if (alternative.fits(values)) return alternative
    }
    return best
  }
}

function lookUp ({ required, byValue }: Index, values: RequestValues, before: number): Alternative | null {
  const value = values.of(required)
  return value === undefined ? null : byValue.get(value)?.first(values, before) ?? null
}

/** Returns the keys of values that enough alternatives require, the most frequent one first, then the one with more values. */
function frequentKeys (alternatives: readonly Alternative[], indexed: readonly string[]): string[] {
  const exact = alternatives.flatMap(({ conditions }) => conditions.filter((condition) => condition.exact !== null))
  const counted = [...groupBy(exact, ({ key }) => key)].filter(([key, { length }]) => length >= minIndexed && !indexed.includes(key))
    .map(([key, conditions]) => ({ key, count: conditions.length, values: new Set(conditions.map((condition) => condition.exact)).size }))
  return counted.sort((one, other) => other.count - one.count || other.values - one.values).slice(0, maxIndexes).map(({ key }) => key)
}

/** Returns the condition with a key that requires an exact value. */
function exactCondition ({ conditions }: Alternative, key: string): Condition | undefined {
  return conditions.find((condition) => condition.key === key && condition.exact !== null)
}

function indexBy (key: string, alternatives: readonly Alternative[], indexed: readonly string[]): Index {
  const groups = groupBy(alternatives, (alternative) => exactCondition(alternative, key)!.exact!)
  const byValue = new Map(Array.from(groups, ([value, group]) => [value, new Candidates(group, [...indexed, key])]))
  return { required: exactCondition(alternatives[0]!, key)!, byValue }
}
