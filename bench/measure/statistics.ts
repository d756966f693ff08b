/** The median and the quartiles. */
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

/** Quartiles rather than extremes: a round that other work on the machine disturbed is an outlier. */
export function spreadOf (values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part: number): number => sorted[Math.round((sorted.length - 1) * part)]!
  return { median: median(values), low: at(0.25), high: at(0.75) }
}

/** Divides samples of the same round, because the speed of the machine changes between rounds. */
export function ratios (values: readonly number[], others: readonly number[]): Spread {
  return spreadOf(values.map((value, round) => value / others[round]!))
}
