// The table that the demo prints.
import colors from 'picocolors'

export interface Row {
  request: string
  expected: string
  servedBy: string | null
  status: number
  /** From the gateway's decision, or from its refusal. */
  why: string
  ok: boolean
}

export function printTable (rows: readonly Row[]): void {
  const cells = rows.map(({ request, expected, servedBy, status, why }) => [request, expected, servedBy ?? '-', String(status), why])
  const titles = ['request', 'expected', 'served by', 'status', 'why']
  const widths = titles.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()

  console.log(`\n   ${colors.bold(line(titles))}`)
  rows.forEach(({ ok }, index) => {
    console.log(ok ? colors.green(`✓  ${line(cells[index]!)}`) : colors.red(`✗  ${line(cells[index]!)}`))
  })
  const held = rows.filter(({ ok }) => ok).length
  console.log(`\n   ${held} of ${rows.length} as expected.\n`)
}
