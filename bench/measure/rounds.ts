import { type Load, saturate } from '../load/load.ts'
import { type Latency, pace } from '../load/paced.ts'
import { type Entry, keyOf, type Scenario, trafficOf } from '../scenarios.ts'
import type { Process } from './process.ts'
import type { Setting } from './setting.ts'
import { median } from './statistics.ts'

/** What one contender did in a scenario; one item for each round. */
export interface Measured {
  readonly key: string
  readonly label: string
  /** Why there is nothing else. */
  readonly absence: string | null
  /** Requests that it answered in a second. */
  readonly rates: number[]
  /** Microseconds of processor time of its process, all threads, for one request. */
  readonly cpu: number[]
  /** At half of the rate that the slowest can take. */
  readonly latencies: Latency[]
  /** Resident memory at its highest, in MB. */
  peak: number
}

export interface Plan {
  readonly rounds: number
  readonly seconds: number
  /** Rounds at half of the rate, in each launch. */
  readonly latencyRounds: number
  readonly folder: string
  readonly setting: Setting
  readonly nodeArguments: readonly string[]
}

export const roundsPerLaunch = 5
/** A gateway of Node's takes as long until V8 has compiled what it needs; it runs for weeks after that. */
const warmUpSeconds = 6
const latencySeconds = 2

interface Competitor {
  readonly measured: Measured
  readonly process: Process
  readonly port: number
}

/**
 * Measures all who take part in turn, several times over: what changes on the machine meanwhile changes for all of them.
 * Every few rounds they are started anew: of the same program, one process may run 10 % faster than another for as long
 * as it lives. What differs by less is compared within one process.
 */
export async function measureScenario (scenario: Scenario, plan: Plan): Promise<Measured[]> {
  const field = scenario.entries.map(newcomer)
  for (let left = plan.rounds; left > 0; left -= roundsPerLaunch) {
    await measureLaunch(scenario, field, { ...plan, rounds: Math.min(left, roundsPerLaunch) })
  }
  return field
}

async function measureLaunch (scenario: Scenario, field: readonly Measured[], plan: Plan): Promise<void> {
  const competitors: Competitor[] = []
  const load = { traffic: trafficOf(scenario, plan.setting.tokens), connections: scenario.connections, folder: plan.folder }
  try {
    if (scenario.isOneProcess === true) competitors.push(...await startTogether(scenario, field, plan))
    else for (const [index, entry] of scenario.entries.entries()) competitors.push(...await start(entry, field[index]!, plan))
    for (const { port } of competitors) await saturate(port, { ...load, seconds: warmUpSeconds })
    for (let round = 0; round < plan.rounds; round++) {
      for (const competitor of inTurn(competitors, round)) await measureRound(competitor, { ...load, seconds: plan.seconds })
    }
    const rate = Math.min(...competitors.map(({ measured }) => median(measured.rates))) / 2
    for (let round = 0; round < plan.latencyRounds; round++) {
      for (const { measured, port } of inTurn(competitors, round)) {
        measured.latencies.push(await pace(port, { ...load, rate, seconds: latencySeconds }))
      }
    }
    for (const { measured, process } of competitors) measured.peak = Math.max(measured.peak, (await process.memory()).peak)
  } finally {
    await Promise.all(competitors.map(({ process }) => process.stop()))
  }
}

/** Each round starts with another one. */
export function inTurn<Item> (items: readonly Item[], round: number): Item[] {
  const first = round % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}

function newcomer (entry: Entry): Measured {
  const { label, absence } = entry.contender
  return { key: keyOf(entry), label: entry.form === undefined ? label : `${label}: ${entry.form}`, absence, rates: [], cpu: [], latencies: [], peak: 0 }
}

/** Nobody, where the contender is not installed. */
async function start (entry: Entry, measured: Measured, { setting, folder, nodeArguments }: Plan): Promise<Competitor[]> {
  if (measured.absence !== null) return []
  const { process, ports: [port] } = await entry.contender.start({ ...setting, ...entry.setting }, folder, nodeArguments)
  return [{ measured, process, port }]
}

/** The forms of one contender, as gateways of one process. */
async function startTogether ({ entries }: Scenario, field: readonly Measured[], plan: Plan): Promise<Competitor[]> {
  const { setting, folder, nodeArguments } = plan
  const sizes = entries.map((entry) => entry.setting ?? {})
  const { process, ports } = await entries[0]!.contender.start({ ...setting, sizes }, folder, nodeArguments)
  return ports.map((port, index) => ({ measured: field[index]!, process, port }))
}

async function measureRound ({ measured, process, port }: Competitor, load: Load): Promise<void> {
  const before = await process.cpuSeconds()
  const { requests, seconds } = await saturate(port, load)
  const cpuSeconds = await process.cpuSeconds() - before
  if (requests === 0) throw new Error(`${measured.label} answered nothing`)
  measured.rates.push(requests / seconds)
  measured.cpu.push(cpuSeconds * 1e6 / requests)
}
