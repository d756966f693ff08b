import type { Comparison } from '../against.ts'
import { type Goal, type Results, verdictOn } from '../goals.ts'
import type { Measured } from '../measure/rounds.ts'
import { median, ratios, type Spread } from '../measure/statistics.ts'
import type { Scenario } from '../scenarios.ts'

/** One scenario: a line for each who took part, with the ratio of ours to theirs. */
export function scenarioTable ({ id, title }: Scenario, field: readonly Measured[]): string {
  const ours = field[0]!
  const rows = field.map((measured) => measured.absence !== null
    ? [measured.label, measured.absence]
    : [
        measured.label,
        median(measured.rates).toFixed(0),
        median(measured.cpu).toFixed(1),
        latency(measured, 'p50'),
        latency(measured, 'p99'),
        measured.peak.toFixed(0),
        measured === ours ? '' : times(ratios(ours.cpu, measured.cpu))
      ])
  const first = ours.key === 'ours' ? 'ours' : ours.key.replace(/^ours: /, '')
  return `${id}  ${title}\n\n` +
    table([['', 'requests/s', 'CPU us/request', 'p50 ms', 'p99 ms', 'peak MB', `CPU, ${first} / this`], ...rows])
}

export function goalTable (goals: readonly Goal[], results: Results): string {
  const rows = goals.map((goal) => {
    const { value, verdict } = verdictOn(goal, results)
    const measured = value === null ? '' : goal.unit === 'MB' ? `${value.median.toFixed(0)} MB` : times(value)
    return [goal.id, goal.text, goal.unit === 'MB' ? `${goal.atMost} MB` : goal.atMost.toFixed(2), measured, verdict]
  })
  return `Goals\n\n${table([['', '', 'at most', 'measured', ''], ...rows])}`
}

export function comparisonTable (comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ id, measure, ours, other }) => {
    // Memory may not grow at all, and then there is no ratio.
    const ratio = other.every((value) => value > 0) ? times(ratios(ours, other)) : ''
    return [id, measure, median(ours).toFixed(2), median(other).toFixed(2), ratio]
  })
  return table([['', '', 'this', 'other', 'this / other'], ...rows])
}

function latency ({ latencies }: Measured, percentile: 'p50' | 'p99'): string {
  return latencies.length === 0 ? '' : median(latencies.map((each) => each[percentile])).toFixed(2)
}

function times ({ median, low, high }: Spread): string {
  return `${median.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`
}

/** Columns as wide as what is in them; the first two of words to the left, figures to the right. */
export function table (rows: ReadonlyArray<readonly string[]>): string {
  const columns = Math.max(...rows.map((row) => row.length))
  const full = rows.filter((row) => row.length === columns)
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...full.map((row) => row[column]!.length)))
  const isNumeric = widths.map((_, column) => full.slice(1).every((row) => /^[\d.]*( .*)?$/.test(row[column]!)))
  const line = (row: readonly string[]): string => row.map((cell, column) =>
    isNumeric[column]! && row.length === columns ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)).join('  ').trimEnd()
  return rows.map(line).map((text) => `  ${text}`).join('\n')
}
