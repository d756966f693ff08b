import type { DecisionRollout } from './rollouts.ts'
import type { Tier, VersionState } from './terms.ts'

/** An opinion that was overruled by a stronger tier. */
export interface Overridden<Id extends string = string> {
  /** The resolver that gave it, such as `claim:version`. */
  readonly source: string
  /** The version it named. */
  readonly id: Id
}

/** Which version serves a request, and why. Frozen; made once per request, after identity. */
export interface VersionDecision<Id extends string = string> {
  /** The concrete version, never an alias. */
  readonly id: Id
  readonly tier: Tier
  /** The source of the version: a resolver (`claim:version`, or its own name), a rule (`route:orders`), or `default`. */
  readonly source: string
  /** The requested name as written; `null` when the default decided. */
  readonly requested: string | null
  /** The alias that led to `id`, if any. */
  readonly alias?: string
  /** Life-cycle state of the version. */
  readonly state: VersionState
  /** The version that was chosen, if another one serves in its place: its successor, or the one that `disabled.to` names. */
  readonly insteadOf?: Id
  /** Name of the rule that the request matched, if the config has routes. */
  readonly route?: string
  /** The caller's bucket, from 0 to 100, if the rule has drawn the version with `sticky`. */
  readonly bucket?: number
  /** The rollout that applies to the caller, whether or not it is moved. */
  readonly rollout?: DecisionRollout
  /** Whether a locked pin holds the caller to this version. */
  readonly locked: boolean
  /** Opinions of weaker tiers that this decision overruled. */
  readonly overridden: ReadonlyArray<Overridden<Id>>
  /** Revision of the registry on which the decision is based. */
  readonly revision: number
}
