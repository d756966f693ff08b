import type { ChildProcess } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { query } from './children.ts'
import type { Figures, Stock } from './figures.ts'
import { show } from './report.ts'
import type { Targets } from './targets.ts'

const megabyte = 1024 * 1024
const patienceMs = 20_000

/** The growth that is allowed. Malloc keeps some freed memory, which the gateway cannot release. */
const allowed: Figures = {
  sockets: 0, timers: 0, listeners: 0, handles: 0, resident: 64 * megabyte, heap: 8 * megabyte, external: 8 * megabyte
}

export const anyMemory = { resident: Infinity, heap: Infinity, external: Infinity }

export function memoryOf ({ resident, heap, external }: Figures): Pick<Figures, keyof typeof anyMemory> {
  return { resident, heap, external }
}

/** Returns the figures that have grown more than allowed. */
function growth (before: Figures, after: Figures): string[] {
  return (Object.keys(allowed) as Array<keyof Figures>)
    .filter((name) => after[name] > before[name] + allowed[name])
    .map((name) => `${name}: ${show(name, after[name])}, before ${show(name, before[name])}`)
}

/** Waits until nothing exceeds the figures from before, because idle connections are only closed after a while. */
export async function settle (gateway: ChildProcess, targets: Targets, before: Figures): Promise<Stock & { left: string[] }> {
  const end = Date.now() + patienceMs
  let peak: Figures | undefined
  for (;;) {
    const stock = await query<Stock>(gateway, 'figures')
    const pending = await targets.pending()
    peak ??= stock.peak
    const left = [...growth(before, stock.now), ...pending > 0 ? [`${pending} exchanges that targets still work on`] : []]
    if (left.length === 0 || Date.now() > end) return { now: stock.now, peak, left }
    await pause(250)
  }
}
