import type { VersionDecision } from './decision.ts'
import type { VersionEvents } from './events.ts'
import type { Explanation, ExplainedRequest, Principal } from './explain.ts'
import type { ShadowReport } from './mirrors.ts'
import type { RolloutChange, RolloutStatus } from './rollouts.ts'
import type { VersionHealth } from './upstream.ts'
import type { UsageEntry } from './usage.ts'
import type { Disabled, Version, VersionSet } from './versions.ts'

/** The live registry: a numbered, immutable set of versions that can be replaced. `app.versions` accepts any string as an id. */
export interface VersionRegistry<Id extends string = string, Alias extends string = string> {
  /** Number of the current set, starting with 1 and never repeated. Every decision names its revision. */
  readonly revision: number
  /** Events about versions: `events.on('updated', ...)`. Exceptions of listeners are only logged. */
  readonly events: VersionEvents
  /** Every version, in the order of the config. */
  list (): ReadonlyArray<Version<Id>>
  /** Looks up a version by its id or alias, ignoring case. Returns `undefined` for an unknown name. */
  get (name: string): Version<Id> | undefined
  /** Every alias with the version to which it resolves. */
  aliases (): ReadonlyMap<Alias, Id>
  /**
   * Id of the version for callers that name none; `null` if they must name one, if it depends on the request, and before a
   * gateway uses this registry.
   */
  defaultId (): Id | null
  /** Health of the targets of every version, in the order of the config. Empty until requests can be forwarded. */
  health (): ReadonlyArray<VersionHealth<Id>>

  /**
   * Replaces the whole set after checking it. Requests in flight keep the set of their decision. Versions disabled by `disable()`
   * stay disabled.
   *
   * @returns the new revision
   * @throws `VERSION_CONFIG_INVALID` with all problems; nothing changes then
   */
  update (next: VersionSet<string, string>): number
  /** Returns to an earlier set; the last 10 are kept. @param steps default 1 @throws `VERSION_CONFIG_INVALID` */
  rollback (steps?: number): number
  /** Points an alias to a version, such as `latest` to a new one. @throws `VERSION_CONFIG_INVALID` */
  promote (alias: Alias | (string & {}), id: Id | Alias): number
  /** Disables a version. @throws `VERSION_CONFIG_INVALID` */
  disable (id: Id | Alias, options?: Disabled<Id | Alias>): number
  /** Enables a version again. @throws `VERSION_CONFIG_INVALID` */
  enable (id: Id | Alias): number
  /**
   * Retires a version.
   *
   * @param options.force ignore callers seen within the `retireGuard` period
   * @throws `VERSION_IN_USE` with `consumers`; `VERSION_CONFIG_INVALID`
   */
  retire (id: Id | Alias, options?: { force?: boolean, reason?: string }): number
  /**
   * Changes a rollout. The change is part of the new revision, so `rollback()` undoes it.
   *
   * @throws `VERSION_CONFIG_INVALID`
   */
  rollout (name: string, change: RolloutChange): number
  /** The rollouts with their state, in the order of the config. */
  rollouts (): readonly RolloutStatus[]
  /** The results of the mirrors since this process started. */
  shadow (): readonly ShadowReport[]

  /** Callers of a version since this process started, the most recent first. */
  usage (name: string): readonly UsageEntry[]
  /**
   * Explains how the gateway would handle a request, and why. It runs the code that serves requests, but sends nothing.
   * Available once the app is ready.
   */
  explain (request?: ExplainedRequest): Promise<Explanation<Id>>
  /**
   * Resolves the version of a caller outside a request, such as for a webhook or a job: pins, then the default.
   *
   * @throws the refusal, with its `code`, that a request of this caller would get
   */
  resolveFor (principal: Principal): Promise<VersionDecision<Id>>
}
