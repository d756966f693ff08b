import type { ChildProcess } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { ask } from './children.ts'
import type { Figures, Stock } from './figures.ts'
import { show } from './report.ts'
import type { Targets } from './targets.ts'

const megabyte = 1024 * 1024
const patienceMs = 20_000

/** What may be more in the end. What malloc keeps of memory that is free again is not the gateway's to give back. */
const allowed: Figures = {
  sockets: 0, timers: 0, listeners: 0, handles: 0, resident: 64 * megabyte, heap: 8 * megabyte, external: 8 * megabyte
}

export const anyMemory = { resident: Infinity, heap: Infinity, external: Infinity }

export function memoryOf ({ resident, heap, external }: Figures): Pick<Figures, keyof typeof anyMemory> {
  return { resident, heap, external }
}

/** What there is more of than before, and more than may be. */
function growth (before: Figures, after: Figures): string[] {
  return (Object.keys(allowed) as Array<keyof Figures>)
    .filter((name) => after[name] > before[name] + allowed[name])
    .map((name) => `${name}: ${show(name, after[name])}, before ${show(name, before[name])}`)
}

/** Waits until there is no more than before: idle connections have their time, then they end. */
export async function settle (gateway: ChildProcess, targets: Targets, before: Figures): Promise<Stock & { left: string[] }> {
  const end = Date.now() + patienceMs
  let peak: Figures | undefined
  for (;;) {
    const stock = await ask<Stock>(gateway, 'figures')
    const pending = await targets.pending()
    peak ??= stock.peak
    const left = [...growth(before, stock.now), ...pending > 0 ? [`${pending} exchanges that targets still work on`] : []]
    if (left.length === 0 || Date.now() > end) return { now: stock.now, peak, left }
    await pause(250)
  }
}
