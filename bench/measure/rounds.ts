import { type Load, saturate } from '../load/load.ts'
import { type Latency, measureLatency } from '../load/open-loop.ts'
import { type Entry, keyOf, labelOf, type Scenario, trafficOf } from '../scenarios.ts'
import type { Process } from './process.ts'
import type { Setting } from './setting.ts'
import { median } from './statistics.ts'

/** The samples of one contender in a scenario, one per round. */
export interface ContenderResult {
  readonly key: string
  readonly label: string
  /** Why the contender could not run. There are no samples then. `null` if it ran. */
  readonly unavailable: string | null
  /** Responses per second. */
  readonly rates: number[]
  /** Microseconds of CPU time per request, all threads of the process. */
  readonly cpu: number[]
  /** At half the rate that the slowest contender can sustain. */
  readonly latencies: Latency[]
  /** Peak resident memory in MB. */
  peak: number
}

export interface Plan {
  readonly rounds: number
  readonly seconds: number
  /** Latency rounds per launch. */
  readonly latencyRounds: number
  readonly folder: string
  readonly setting: Setting
  readonly nodeArguments: readonly string[]
}

/** Rounds before all contenders are restarted. */
export const roundsPerLaunch = 5
/** V8 takes this long to compile a gateway's hot functions. */
const warmUpSeconds = 6
const latencySeconds = 2

/** A running gateway and where its samples go. */
interface Target {
  readonly result: ContenderResult
  readonly process: Process
  readonly port: number
}

/**
 * Measures all contenders of a scenario in alternating rounds, so that disturbances on the machine affect all of them.
 * Contenders are restarted every few rounds: two processes of the same program can differ by 10 % for their whole life.
 * Smaller differences need gateways in one process.
 */
export async function measureScenario (scenario: Scenario, plan: Plan): Promise<ContenderResult[]> {
  const results = scenario.entries.map(emptyResult)
  for (let left = plan.rounds; left > 0; left -= roundsPerLaunch) {
    await measureLaunch(scenario, results, { ...plan, rounds: Math.min(left, roundsPerLaunch) })
  }
  return results
}

async function measureLaunch (scenario: Scenario, results: readonly ContenderResult[], plan: Plan): Promise<void> {
  const targets: Target[] = []
  const load = { traffic: trafficOf(scenario, plan.setting.tokens), connections: scenario.connections, folder: plan.folder }
  try {
    if (scenario.isOneProcess === true) targets.push(...await startInOneProcess(scenario, results, plan))
    else for (const [index, entry] of scenario.entries.entries()) targets.push(...await start(entry, results[index]!, plan))
    for (const { port } of targets) await saturate(port, { ...load, seconds: warmUpSeconds })
    for (let round = 0; round < plan.rounds; round++) {
      for (const target of inTurn(targets, round)) await measureRound(target, { ...load, seconds: plan.seconds })
    }
    const rate = Math.min(...targets.map(({ result }) => median(result.rates))) / 2
    for (let round = 0; round < plan.latencyRounds; round++) {
      for (const { result, port } of inTurn(targets, round)) {
        result.latencies.push(await measureLatency(port, { ...load, rate, seconds: latencySeconds }))
      }
    }
    for (const { result, process } of targets) result.peak = Math.max(result.peak, (await process.memory()).peak)
  } finally {
    await Promise.all(targets.map(({ process }) => process.stop()))
  }
}

/** Rotates the order, so that each round starts with a different contender. */
export function inTurn<Item> (items: readonly Item[], round: number): Item[] {
  const first = round % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}

function emptyResult (entry: Entry): ContenderResult {
  const { unavailable } = entry.contender
  return { key: keyOf(entry), label: labelOf(entry), unavailable, rates: [], cpu: [], latencies: [], peak: 0 }
}

/** @returns an empty list if the contender is unavailable */
async function start (entry: Entry, result: ContenderResult, { setting, folder, nodeArguments }: Plan): Promise<Target[]> {
  if (result.unavailable !== null) return []
  const { process, ports: [port] } = await entry.contender.start({ ...setting, ...entry.setting }, folder, nodeArguments)
  return [{ result, process, port }]
}

/** Starts all forms of one contender as gateways of one process. */
async function startInOneProcess ({ entries }: Scenario, results: readonly ContenderResult[], plan: Plan): Promise<Target[]> {
  const { setting, folder, nodeArguments } = plan
  const sizes = entries.map((entry) => entry.setting ?? {})
  const { process, ports } = await entries[0]!.contender.start({ ...setting, sizes }, folder, nodeArguments)
  return ports.map((port, index) => ({ result: results[index]!, process, port }))
}

async function measureRound ({ result, process, port }: Target, load: Load): Promise<void> {
  const before = await process.cpuSeconds()
  const { requests, seconds } = await saturate(port, load)
  const cpuSeconds = await process.cpuSeconds() - before
  if (requests === 0) throw new Error(`${result.label} sent no responses`)
  result.rates.push(requests / seconds)
  result.cpu.push(cpuSeconds * 1e6 / requests)
}
