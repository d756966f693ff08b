import type { Registry } from '../registry/registry.ts'
import { type Observation, versionOf } from '../stage/observation.ts'
import { Traffic } from './traffic.ts'

/** Five minutes in intervals of five seconds. */
export const versionIntervals = { sliceMs: 5_000, slices: 60 } as const
/** Five minutes in longer intervals, which have enough requests for a rate. */
export const groupIntervals = { sliceMs: 10_000, slices: 30 } as const
/** Maximum number of rules that are counted in an interval. A config may have many. */
const maxRules = 300

/** Counts the requests of the last five minutes by version, by rule, and by the groups of rollouts. */
export class TrafficLog {
  readonly versions = new Traffic(versionIntervals)
  /** By name. Requests that match no rule have an empty one. */
  readonly rules = new Traffic({ ...groupIntervals, maxKeys: maxRules })
  /** Callers that a rollout has moved, by the name of the rollout. */
  readonly cohorts = new Traffic(groupIntervals)
  /** Callers that it concerns but has not moved. */
  readonly controls = new Traffic(groupIntervals)

  add (observation: Observation, registry: Registry, now: number): void {
    this.versions.add(versionOf(observation, registry), observation, now)
    if (registry.current.routes !== null) this.rules.add(observation.route, observation, now)
    const rollout = observation.request.version?.rollout
    if (rollout !== undefined) (rollout.moved ? this.cohorts : this.controls).add(rollout.name, observation, now)
  }
}
