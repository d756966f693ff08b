// npm run soak                                    a minute of mixed traffic through a gateway whose targets are killed
// npm run soak -- --seconds 5 --seed 42           shorter, and with the decisions of an earlier run
// npm run soak -- --standalone                    the standalone gateway, from config files, with TLS at its HTTP/2 front
// Exits with 1 if a client observed a violation or if the gateway leaks a resource.
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { query, kill, startChild } from './children.ts'
import type { Stock } from './figures.ts'
import { Random } from './random.ts'
import { faultsIn, printFigures, printTallies } from './report.ts'
import { anyMemory, memoryOf, settle } from './settle.ts'
import { grace, Targets } from './targets.ts'
import { type Origins, Traffic } from './traffic.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' }, standalone: { type: 'boolean' } } })
const seconds = Number(values.seconds)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const started = performance.now()

console.log(`${seconds} s of mixed traffic, seed ${seed}`)
const targets = await Targets.start()
const program = values.standalone === true ? 'standalone.ts' : 'gateway.ts'
const { child: gateway, first: origins } = await startChild<Origins>(program, [JSON.stringify(targets.versions)])
const traffic = new Traffic(origins, targets, seed)

const problems = await soak().catch((error: Error) => [error.message])
await kill(gateway)
await targets.stop()

console.log(`${((performance.now() - started) / 1000).toFixed(1)} s, targets killed ${targets.kills} times`)
printTallies(traffic.tallies)
for (const problem of [...problems, ...faultsIn(traffic.tallies)]) console.log(`FAULT  ${problem}`)
process.exitCode = problems.length === 0 && faultsIn(traffic.tallies).length === 0 ? 0 : 1

/** @returns the leaks of the gateway */
async function soak (): Promise<string[]> {
  const start = (await query<Stock>(gateway, 'figures')).now
  // A gateway under load has more memory than one that was just started, but nothing else.
  await traffic.run('warm-up', after(Math.max(2_000, seconds * 100)))
  traffic.close()
  const warm = await settle(gateway, targets, { ...start, ...anyMemory })
  const before = { ...start, ...memoryOf(warm.now) }

  const over = after(seconds * 1000)
  await Promise.all([traffic.run('soak', over), targets.disturb(new Random(seed, 'targets'), over)])
  await pause(grace + 100)
  await traffic.sample('afterwards')
  traffic.close()
  const { now, peak, left } = await settle(gateway, targets, before)
  printFigures({ 'just started': start, before, peak, after: now })
  return [...warm.left, ...left, ...await closing()]
}

/** Aborts after a while, or when the gateway has exited. */
function after (milliseconds: number): AbortSignal {
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), milliseconds)
  gateway.once('exit', () => {
    clearTimeout(timer)
    over.abort()
  })
  return over.signal
}

/** Closes the gateway, whose process must then exit on its own. */
async function closing (): Promise<string[]> {
  const isOver = once(gateway, 'exit').then(([code]) => code === 0 ? [] : [`the gateway ended with ${code}`])
  query(gateway, 'close').then(() => gateway.disconnect(), () => {})
  return await Promise.race([isOver, pause(10_000, ['something keeps the gateway running after it was closed'], { ref: false })])
}
