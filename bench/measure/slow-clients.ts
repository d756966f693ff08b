import { join } from 'node:path'
import type { Contender } from '../contenders.ts'
import { saturate } from '../load/load.ts'
import { scenarios, trafficOf } from '../scenarios.ts'
import { Process } from './process.ts'
import type { Plan } from './rounds.ts'
import { environmentOf } from './setting.ts'

export const slowClients = { count: 200, bytes: 10_000_000 } as const
const warmUpScenarios = ['P1', 'P4-down', 'P4-up']
const warmUpSeconds = 3
const samplingIntervalMs = 20
export type Direction = 'down' | 'up'

/** Measures how many MB the resident memory grows while slow clients download or upload 10 MB each. */
export async function measureGrowth (contender: Contender, direction: Direction, plan: Plan): Promise<number> {
  const { folder, setting, nodeArguments } = plan
  const settingForAll = { ...setting, connections: 2 * slowClients.count }
  const { process: gateway, ports: [port] } = await contender.start(settingForAll, folder, nodeArguments)
  try {
    // Memory that any busy gateway needs must not count: serve many clients and large bodies first.
    for (const scenario of scenarios.filter(({ id }) => warmUpScenarios.includes(id))) {
      const traffic = trafficOf(scenario, setting.tokens)
      await saturate(port, { traffic, connections: slowClients.count, seconds: warmUpSeconds, folder })
    }
    const { now: before } = await gateway.memory()
    const command = [process.execPath, join(import.meta.dirname, 'slow-clients-process.js')]
    const clients = new Process('slow-clients-process', 'load', command, environmentOf({ port, direction }))
    let peak = before
    const sampling = setInterval(() => { gateway.memory().then(({ now }) => { peak = Math.max(peak, now) }, () => {}) }, samplingIntervalMs)
    await clients.firstMessage()
    clearInterval(sampling)
    return peak - before
  } finally {
    await gateway.stop()
  }
}
