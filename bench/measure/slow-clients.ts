import { join } from 'node:path'
import type { Contender } from '../contenders.ts'
import { saturate } from '../load/load.ts'
import { scenarios, trafficOf } from '../scenarios.ts'
import { Process } from './process.ts'
import type { Plan } from './rounds.ts'
import { environmentOf } from './setting.ts'

export const slowClients = { count: 200, bytes: 10_000_000 } as const
/** What the gateway has done before. */
const atWork = ['P1', 'P4-down', 'P4-up']
export type Direction = 'down' | 'up'

/** MB of resident memory that a contender takes more while slow clients load, or send, 10 MB each. */
export async function measureGrowth (contender: Contender, direction: Direction, plan: Plan): Promise<number> {
  const { folder, setting, nodeArguments } = plan
  const roomy = { ...setting, connections: 2 * slowClients.count }
  const { process: gateway, ports: [port] } = await contender.start(roomy, folder, nodeArguments)
  try {
    // A gateway at work, not one that has just begun: it has had many clients, and large bodies from fast ones.
    for (const scenario of scenarios.filter(({ id }) => atWork.includes(id))) {
      await saturate(port, { traffic: trafficOf(scenario, setting.tokens), connections: slowClients.count, seconds: 3, folder })
    }
    const { now: before } = await gateway.memory()
    const clients = new Process('slow clients', 'load', [process.execPath, join(import.meta.dirname, 'slow-clients-process.js')], environmentOf({ port, direction }))
    let peak = before
    const watch = setInterval(() => { gateway.memory().then(({ now }) => { peak = Math.max(peak, now) }, () => {}) }, 20)
    await clients.firstLine()
    clearInterval(watch)
    return peak - before
  } finally {
    await gateway.stop()
  }
}
