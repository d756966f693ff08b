import type { EventEmitter } from 'node:events'
import type { ConfigProblem } from './errors.ts'
import type { RolloutGroup, RolloutStatus } from './rollouts.ts'
import type { ShadowComparison } from './mirrors.ts'
import type { Tier } from './terms.ts'

/** The use of a version by a request. */
interface Use {
  readonly version: string
  /** The caller; `null` if unknown. */
  readonly consumer: string | null
  readonly tier: Tier
  readonly source: string
}

interface Change {
  /** The revision in force after the event. */
  readonly revision: number
}

/** The events of a registry. */
export interface VersionEventMap {
  /** A new set of versions is in force. */
  updated: [Change & {
    readonly added: readonly string[]
    readonly changed: readonly string[]
    readonly removed: readonly string[]
    /** Aliases that were added or removed, or that resolve to another version. */
    readonly aliases: readonly string[]
  }]
  /** An update or a reloaded config file was rejected; nothing has changed. */
  rejected: [Change & { readonly problems: readonly ConfigProblem[] }]
  promoted: [Change & { readonly alias: string, readonly version: string }]
  disabled: [Change & { readonly version: string, readonly reason: string | undefined, readonly to: string | undefined }]
  enabled: [Change & { readonly version: string }]
  retired: [Change & { readonly version: string, readonly reason: string | undefined }]
  'rolled-back': [Change]
  /** A rollout has another share or state. */
  'rollout-changed': [Change & Pick<RolloutStatus, 'percent' | 'state' | 'reason' | 'openRings'> & { readonly rollout: string }]
  /** A guard has stopped a rollout. It follows `rollout-changed`. */
  'rollout-stopped': [Change & {
    readonly rollout: string
    readonly action: 'hold' | 'rollback'
    readonly reason: string
    /** The requests that the guard has judged. */
    readonly cohort: RolloutGroup
    readonly control: RolloutGroup
  }]
  /** A deprecated version was used: at most once an hour per caller and version. */
  'deprecated-use': [Use]
  /** Another version served a request instead of a retired one (its successor) or one that is disabled (`disabled.to`). */
  forwarded: [Use & { readonly to: string }]
  /** A request arrived during a brownout; `refused` is false in the mode `observe`. */
  brownout: [Use & { readonly refused: boolean }]
  /** A version was used after its sunset, which is not enforced: at most once a day. */
  'sunset-overdue': [{ readonly version: string, readonly sunsetAt: Date }]
  /** The default version has ended or is disabled, and another one serves instead: at most once a day. */
  'default-moved': [{ readonly version: string, readonly to: string }]
  /** The response to a mirrored request was compared with the caller's. */
  'shadow-compared': [ShadowComparison]
  /** They differ. Emitted together with `shadow-compared`. */
  'shadow-differs': [ShadowComparison]
}

/** Emits events of the versions. See `VersionEventMap`. */
export type VersionEvents = EventEmitter<VersionEventMap>
