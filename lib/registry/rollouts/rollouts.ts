import type { RolloutConfig } from '../../../types/index.ts'
import type { KeyReads } from '../../routes/sticky-key.ts'
import type { RegisteredVersion } from '../registered-version.ts'
import { type Candidate, Rollout } from './rollout.ts'

/** The rollouts of a revision. */
export class Rollouts {
  readonly all: readonly Rollout[]
  /** The parts of a request on which their keys depend. */
  readonly reads: KeyReads

  constructor (configs: readonly RolloutConfig[], find: (name: string) => RegisteredVersion) {
    this.all = configs.map((config) => new Rollout(config, find(config.from), find(config.to)))
    const reads = this.all.map((rollout) => rollout.reads)
    this.reads = {
      headers: [...new Set(reads.flatMap(({ headers }) => headers))],
      claims: reads.some(({ claims }) => claims),
      address: reads.some(({ address }) => address),
      callsApp: reads.some(({ callsApp }) => callsApp)
    }
  }

  get (name: string): Rollout | undefined {
    return this.all.find((rollout) => rollout.name === name)
  }

  /** Returns the first rollout that concerns a caller. */
  find (candidate: Candidate): Rollout | undefined {
    return this.all.find((rollout) => rollout.appliesTo(candidate))
  }
}
