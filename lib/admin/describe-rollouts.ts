import type { AdminRollout, RolloutGroupTraffic } from '../../types/admin-api.ts'
import type { RolloutGroup, RolloutStatus } from '../../types/index.ts'
import { timeOf } from '../registry/registered-version.ts'
import type { Registry } from '../registry/registry.ts'
import type { Rollout } from '../registry/rollouts/rollout.ts'
import type { Traffic } from './traffic.ts'
import type { TrafficLog } from './traffic-log.ts'

/** Describes the rollouts, with the traffic of their groups. */
export function describeRollouts (registry: Registry, { cohorts, controls }: TrafficLog): AdminRollout[] {
  const now = registry.now()
  return registry.rollouts().map((status) => {
    const { name, cohort, control } = status
    return {
      ...describe(registry.current.rollouts!.get(name)!, status, now),
      cohort: groupOf(name, cohort, cohorts, now),
      control: groupOf(name, control, controls, now)
    }
  })
}

function describe ({ config }: Rollout, status: RolloutStatus, now: number): Omit<AdminRollout, 'cohort' | 'control'> {
  const { key, rings, guard, percent } = config
  const ramp = config.ramp.map((step) => ({ time: timeOf(step.at), percent: step.percent }))
  return {
    ...status,
    runningPercent: ramp.findLast(({ time }) => time <= now)?.percent ?? percent,
    key: typeof key === 'function' ? 'a function' : key,
    rings: rings.map((ring) => ({ name: ring.name, keys: ring.keys.length })),
    ramp: ramp.map(({ time, percent }) => ({ at: new Date(time).toISOString(), percent })),
    guard
  }
}

function groupOf (name: string, window: RolloutGroup, traffic: Traffic, now: number): RolloutGroupTraffic {
  return { ...traffic.of(name, now), p95s: traffic.p95sOf(name, now), window }
}
