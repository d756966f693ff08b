// The output of the soak test.
import type { Figures } from './figures.ts'
import type { Tally } from './traffic.ts'

const megabyte = 1024 * 1024
const memory: ReadonlyArray<keyof Figures> = ['resident', 'heap', 'external']

export function printTallies (tallies: Record<string, Tally>): void {
  printTable(
    ['', 'attempts', 'whole', 'clear failures', 'left', 'faults'],
    Object.entries(tallies).map(([kind, { attempts, whole, failed, left, faults }]) =>
      [kind, ...[attempts, whole, failed, left, faultsOf(faults)].map(String)])
  )
}

export function printFigures (columns: Record<string, Figures>): void {
  const names = Object.keys(Object.values(columns)[0]!) as Array<keyof Figures>
  printTable(
    ['', ...Object.keys(columns)],
    names.map((name) => [name, ...Object.values(columns).map((figures) => show(name, figures[name]))])
  )
}

/** Returns all violations that clients observed. */
export function faultsIn (tallies: Record<string, Tally>): string[] {
  return Object.entries(tallies).flatMap(([kind, { faults }]) => [...faults].map(([message, times]) => `${kind}: ${message} (${times} times)`))
}

function faultsOf (faults: Tally['faults']): number {
  return [...faults.values()].reduce((sum, times) => sum + times, 0)
}

export function show (name: keyof Figures, figure: number): string {
  return memory.includes(name) ? `${(figure / megabyte).toFixed(1)} MB` : String(figure)
}

function printTable (titles: readonly string[], rows: ReadonlyArray<readonly string[]>): void {
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)).join('   ')
  console.log(['', titles, ...rows, ''].map((row) => typeof row === 'string' ? row : line(row)).join('\n'))
}
