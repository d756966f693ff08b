import type { VersionState } from './versions.ts'

/**
 * Who decided, strongest first: `override` is the request itself, `pin` the caller's verified
 * identity or tenant, `default` the operator.
 */
export type Tier = 'override' | 'pin' | 'default'

/** An opinion that a stronger tier outranked. */
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
  /** The resolver that decided: `header:x-version-override`, `claim:version`, a resolver's own name, or `default`. */
  readonly source: string
  /** The name that was asked for, as it was written; `null` when the default decided. */
  readonly requested: string | null
  /** The alias that led to `id`, when one did. */
  readonly alias?: string
  /** Where in its life the version is. */
  readonly state: VersionState
  /** The version that was chosen, when another serves in its place: its successor, or what `disabled.to` names. */
  readonly insteadOf?: Id
  /** Whether a locked pin holds the caller to this version. */
  readonly locked: boolean
  /** Opinions of weaker tiers that this decision outranked. */
  readonly overridden: ReadonlyArray<Overridden<Id>>
  /** Revision of the registry that it was made against. */
  readonly revision: number
}
