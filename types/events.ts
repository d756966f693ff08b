import type { EventEmitter } from 'node:events'
import type { ConfigProblem } from './errors.ts'
import type { Tier } from './decision.ts'

/** One request's part in an event. */
interface Use {
  readonly version: string
  /** `null`: nobody known. */
  readonly consumer: string | null
  readonly tier: Tier
  readonly source: string
}

interface Change {
  /** The revision in force from here on. */
  readonly revision: number
}

/** What the events of a registry tell. */
export interface VersionEventMap {
  /** Another set of versions is in force. */
  updated: [Change & {
    readonly added: readonly string[]
    readonly changed: readonly string[]
    readonly removed: readonly string[]
    /** Aliases that are new, gone, or end at another version. */
    readonly aliases: readonly string[]
  }]
  /** An update was refused, or a config file that was read again; nothing has changed. */
  rejected: [Change & { readonly problems: readonly ConfigProblem[] }]
  promoted: [Change & { readonly alias: string, readonly version: string }]
  disabled: [Change & { readonly version: string, readonly reason: string | undefined, readonly to: string | undefined }]
  enabled: [Change & { readonly version: string }]
  retired: [Change & { readonly version: string, readonly reason: string | undefined }]
  'rolled-back': [Change]
  /** Somebody uses a deprecated version: at most once an hour for each caller and version. */
  'deprecated-use': [Use]
  /** Another version serves somebody in the place of one that is retired (its successor) or switched off (`disabled.to`). */
  forwarded: [Use & { readonly to: string }]
  /** A request came in a brownout; `refused` is false where the mode is `observe`. */
  brownout: [Use & { readonly refused: boolean }]
  /** The sunset of a version has passed, and is not enforced: at most once a day, when it is used. */
  'sunset-overdue': [{ readonly version: string, readonly sunsetAt: Date }]
  /** The default names a version that has ended or is switched off, and another one serves: at most once a day. */
  'default-moved': [{ readonly version: string, readonly to: string }]
}

export type VersionEvents = EventEmitter<VersionEventMap>
