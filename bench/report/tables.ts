import type { Comparison } from '../against.ts'
import { type Goal, type Results, verdictOn } from '../goals.ts'
import type { ContenderResult } from '../measure/rounds.ts'
import { median, ratios, type Spread } from '../measure/statistics.ts'
import type { Scenario } from '../scenarios.ts'

/** One row per contender. The ratios compare the CPU time of the first contender with the others. */
export function scenarioTable ({ id, title }: Scenario, results: readonly ContenderResult[]): string {
  const first = results[0]!
  const rows = results.map((result) => result.unavailable !== null
    ? [result.label, result.unavailable]
    : [
        result.label,
        median(result.rates).toFixed(0),
        median(result.cpu).toFixed(1),
        latency(result, 'p50'),
        latency(result, 'p99'),
        result.peak.toFixed(0),
        result === first ? '' : ratioText(ratios(first.cpu, result.cpu))
      ])
  const firstName = first.key.replace(/^ours: /, '')
  return `${id}  ${title}\n\n` +
    table([['', 'requests/s', 'CPU us/request', 'p50 ms', 'p99 ms', 'peak MB', `CPU, ${firstName} / this`], ...rows])
}

export function goalTable (goals: readonly Goal[], results: Results): string {
  const rows = goals.map((goal) => {
    const { value, verdict } = verdictOn(goal, results)
    const text = value === null ? '' : goal.unit === 'MB' ? `${value.median.toFixed(0)} MB` : ratioText(value)
    return [goal.id, goal.text, goal.unit === 'MB' ? `${goal.atMost} MB` : goal.atMost.toFixed(2), text, verdict]
  })
  return `Goals\n\n${table([['', '', 'at most', 'measured', ''], ...rows])}`
}

export function comparisonTable (comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ id, measure, ours, other }) => {
    // Memory growth can be zero.
    const ratio = other.every((value) => value > 0) ? ratioText(ratios(ours, other)) : ''
    return [id, measure, median(ours).toFixed(2), median(other).toFixed(2), ratio]
  })
  return table([['', '', 'this', 'other', 'this / other'], ...rows])
}

function latency ({ latencies }: ContenderResult, percentile: 'p50' | 'p99'): string {
  return latencies.length === 0 ? '' : median(latencies.map((each) => each[percentile])).toFixed(2)
}

function ratioText ({ median, low, high }: Spread): string {
  return `${median.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`
}

/** Aligns text to the left and numbers to the right. Rows with fewer cells, such as messages, do not affect the widths. */
export function table (rows: ReadonlyArray<readonly string[]>): string {
  const columns = Math.max(...rows.map((row) => row.length))
  const full = rows.filter((row) => row.length === columns)
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...full.map((row) => row[column]!.length)))
  const isNumeric = widths.map((_, column) => full.slice(1).every((row) => /^[\d.]*( .*)?$/.test(row[column]!)))
  const line = (row: readonly string[]): string => row.map((cell, column) =>
    isNumeric[column]! && row.length === columns ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)).join('  ').trimEnd()
  return rows.map(line).map((text) => `  ${text}`).join('\n')
}
