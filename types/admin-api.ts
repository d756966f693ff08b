import type { RequestOutcome } from './outcome.ts'
import type { Tier, VersionState } from './terms.ts'

// The responses of the admin API, as JSON: times are ISO 8601 strings. Both the server and the page are checked against these
// types, so this file imports nothing that browsers do not have.

export type * from './admin-traffic.ts'

/** The response of `GET api/versions`. */
export interface AdminState {
  readonly now: string
  readonly revision: number
  /** `null` if a function chooses the default, or no version can serve it. */
  readonly defaultId: string | null
  readonly aliases: Readonly<Record<string, string>>
  /** Names of the resolvers. `null` without a `resolveVersion` stage. */
  readonly precedence: {
    readonly override: readonly string[]
    readonly weak: readonly string[]
    readonly pin: readonly string[]
    readonly default: string
  } | null
  readonly versions: readonly AdminVersion[]
}

/** A version, as `GET api/versions` describes it. */
export interface AdminVersion {
  readonly id: string
  readonly state: VersionState
  readonly disabled: { readonly reason?: string } | null
  readonly hidden: boolean
  readonly releasedAt: string | null
  readonly deprecatedAt: string | null
  readonly sunsetAt: string | null
  readonly successor: string | null
  readonly brownouts: ReadonlyArray<{ readonly start: string, readonly end: string }>
  /** `null` without a `proxyVersions` stage. */
  readonly healthy: boolean | null
  readonly targets: ReadonlyArray<{ readonly address: string, readonly healthy: boolean, readonly pending: number }>
}

/** The response of `GET api/versions/:name/usage`. */
export interface AdminUsage {
  readonly version: string
  /** Number of callers. `usage` has the most recent ones. */
  readonly callers: number
  readonly usage: ReadonlyArray<{
    readonly consumer: string | null
    readonly count: number
    readonly lastSeen: string
    readonly tier: Tier
  }>
}

/** The response of `GET api/requests`. */
export interface AdminRequests {
  readonly requests: readonly RecentRequest[]
}

/** The response of `GET api/audit`. */
export interface AdminChanges {
  readonly changes: readonly AuditEntry[]
}

/** The response of `POST api/explain`. */
export interface AdminExplanation {
  readonly outcome: 'forwarded' | 'refused' | 'responded' | 'decided'
  readonly decision: { readonly id: string, readonly tier: Tier, readonly source: string } | null
  readonly status: number | null
  readonly problem: { readonly code: string } | null
  readonly headers: Readonly<Record<string, string>>
  readonly trace: readonly string[]
}

/** A recently completed request. */
export interface RecentRequest {
  /** Time of arrival, ISO 8601. */
  readonly at: string
  /** The request id, to find its log lines. */
  readonly id: string
  readonly method: string
  /** Without the query, which may contain secrets. */
  readonly path: string
  readonly status: number
  readonly durationMs: number
  readonly outcome: RequestOutcome
  /** Why the request was not served: an error code, or the cause of a failed exchange. */
  readonly cause: string | null
  /** `null` if no version was decided. */
  readonly version: string | null
  readonly tier: Tier | null
  readonly source: string | null
  readonly requested: string | null
}

/** A change requested on the admin pages. */
export interface AuditEntry {
  /** ISO 8601. */
  readonly at: string
  readonly actor: string
  readonly action: AuditAction
  /** The version, the alias or the rollout. */
  readonly subject: string | null
  /** Further values of the change, such as `{ percent: 25 }`. */
  readonly values: Readonly<Record<string, string | number | boolean>>
  readonly reason: string
  /** The revision that the change made; `null` if it was refused. */
  readonly revision: number | null
}

/** The kinds of changes. */
export type AuditAction =
  | 'disable' | 'enable' | 'retire' | 'promote' | 'rollback'
  | 'rollout-percent' | 'rollout-rings' | 'rollout-hold' | 'rollout-resume' | 'rollout-rollback'
