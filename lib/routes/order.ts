import type { Alternative } from './alternative.ts'
import type { Condition } from './types.ts'

/**
 * Sorts alternatives for the same host by the precedence of the Gateway API, and numbers them. Conditions for cookies count like those for
 * headers. The order in the config decides between equal ones.
 */
export function rank (alternatives: readonly Alternative[]): Alternative[] {
  const weighed = alternatives.map((alternative) => ({ alternative, weights: weightsOf(alternative) }))
  weighed.sort((one, other) => compare(one.weights, other.weights))
  return weighed.map(({ alternative }, index) => {
    alternative.rank = index
    return alternative
  })
}

/** Returns the properties that decide, the most important one first. The higher value precedes. */
function weightsOf ({ kind, path, conditions }: Alternative): number[] {
  const count = (...sources: Array<Condition['source']>): number => conditions.filter(({ source }) => sources.includes(source)).length
  return [kinds.indexOf(kind), path.length, count('method'), count('header', 'cookie'), count('query')]
}

const kinds: ReadonlyArray<Alternative['kind']> = ['prefix', 'regex', 'exact']

function compare (one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((weight, index) => weight !== other[index])
  return at === -1 ? 0 : other[at]! - one[at]!
}
