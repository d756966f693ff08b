/** A value, and what it was between in single rounds. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

export function median (values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The median, and the quartiles: a round that something else on the machine got in the way of says nothing. */
export function spreadOf (values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part: number): number => sorted[Math.round((sorted.length - 1) * part)]!
  return { median: median(values), low: at(0.25), high: at(0.75) }
}

/** Ratios of what was measured in the same rounds. */
export function ratios (values: readonly number[], others: readonly number[]): Spread {
  return spreadOf(values.map((value, round) => value / others[round]!))
}
