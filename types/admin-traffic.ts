// The responses of the admin API about traffic: see admin-api.ts.

/** The response of `GET api/traffic`. */
export interface AdminTraffic {
  /** Length of an interval in milliseconds. */
  readonly sliceMs: number
  readonly versions: readonly VersionTraffic[]
}

/** Traffic in the last five minutes. The lists have one number for each interval, the most recent last. */
export interface TrafficCounts {
  readonly requests: readonly number[]
  /** Requests without a complete response from the upstream, and forwarded responses with a status of 500 or above. */
  readonly failed: readonly number[]
  readonly refused: readonly number[]
  /** Milliseconds until the upstream's response starts, over all intervals, accurate to 19 %. `null` if nothing was measured. */
  readonly p50: number | null
  readonly p95: number | null
}

/** The traffic of one version. */
export interface VersionTraffic extends TrafficCounts {
  /** `null` for requests without a version, such as those refused before one was chosen. */
  readonly version: string | null
}

/** The response of `GET api/rollouts`. */
export interface AdminRollouts {
  readonly now: string
  readonly revision: number
  /** Length of an interval in milliseconds. */
  readonly sliceMs: number
  readonly rollouts: readonly AdminRollout[]
}

/** A rollout, with the traffic of the callers that it concerns. */
export interface AdminRollout {
  readonly name: string
  readonly from: string
  readonly to: string
  /** The share in force, from 0 to 100. */
  readonly percent: number
  /** The share that is in force while the rollout is running. */
  readonly runningPercent: number
  readonly state: 'running' | 'held' | 'rolled-back'
  /** Why it is held or rolled back. */
  readonly reason: string | null
  /** How callers are identified, such as `claim:tenantId`. */
  readonly key: string
  readonly openRings: number
  readonly rings: ReadonlyArray<{ readonly name: string, readonly keys: number }>
  readonly ramp: ReadonlyArray<{ readonly at: string, readonly percent: number }>
  readonly guard: RolloutLimits | null
  /** Callers that were moved. */
  readonly cohort: RolloutGroupTraffic
  /** The other callers that the rollout concerns. */
  readonly control: RolloutGroupTraffic
}

/** When the guard of a rollout stops it. Rates are from 0 to 1. */
export interface RolloutLimits {
  readonly windowMs: number
  readonly minRequests: number
  readonly maxErrorRate: number
  readonly maxDelta: number
  readonly action: 'hold' | 'rollback'
}

/** The traffic of one group of a rollout. */
export interface RolloutGroupTraffic extends TrafficCounts {
  /** p95 of each interval. */
  readonly p95s: ReadonlyArray<number | null>
  /** The requests that the guard judges. */
  readonly window: { readonly requests: number, readonly failed: number }
}

/** The response of `GET api/routes`. */
export interface AdminRoutes {
  /** Number of rules, and of those that the filter selects. */
  readonly total: number
  readonly found: number
  readonly sliceMs: number
  readonly now: string
  /** At most 100: those with the most requests, and then the first ones of the config. */
  readonly routes: readonly AdminRoute[]
  /** Requests that match no rule. `null` if there were none. */
  readonly unmatched: TrafficCounts | null
}

/** A rule. */
export interface AdminRoute {
  readonly name: string
  /** Empty for every host. Long lists are shortened, as those of `matches`. */
  readonly hosts: readonly string[]
  /** The alternatives as text, such as `GET /orders/*`. */
  readonly matches: readonly string[]
  /** Versions with their share of the requests, from 0 to 1. Empty if resolvers and the default decide. */
  readonly targets: ReadonlyArray<{ readonly version: string, readonly share: number }>
  /** The response of the gateway itself, such as `redirect 301`. `null` if the rule forwards. */
  readonly response: string | null
  /** Why all requests get 500. */
  readonly invalid: string | null
  /** `null` without requests. */
  readonly traffic: TrafficCounts | null
}

/** The response of `GET api/limits`. */
export interface AdminLimits {
  readonly sliceMs: number
  readonly now: string
  /** The limits that were checked since this process started. */
  readonly limits: readonly AdminLimit[]
}

/** A rate limit in the last five minutes. */
export interface AdminLimit {
  readonly name: string
  /** The kinds of its keys, such as `ip`. */
  readonly by: readonly string[]
  /** Whether it only counts. Then `refused` are requests that it would refuse. */
  readonly shadow: boolean
  readonly admitted: readonly number[]
  readonly refused: readonly number[]
  /** At most 10 callers with the most refused requests. */
  readonly callers: readonly LimitCaller[]
}

/** A caller that a rate limit refused. */
export interface LimitCaller {
  /** The value of each key. Those of headers and cookies are replaced by a hash, because they may be secret. */
  readonly values: ReadonlyArray<{ readonly kind: string, readonly value: string }>
  /** At least this many requests, in two and a half to five minutes. */
  readonly refused: number
}

/** The response of `GET api/shadow`. */
export interface AdminShadow {
  readonly mirrors: readonly AdminMirror[]
}

/** The results of a mirror since this process started. */
export interface AdminMirror {
  readonly mirror: string
  /** The version that served the callers, and the one that got the copies. */
  readonly from: string
  readonly to: string
  readonly outcomes: Readonly<Record<'same' | 'differs' | 'sent' | 'failed' | 'dropped', number>>
  /** At most 100 places where responses differ, the most frequent ones first. */
  readonly places: readonly AdminMirrorPlace[]
  /** Number of places that differ from request to request, and are therefore not compared. */
  readonly noise: number
}

/** A place where responses differ. */
export interface AdminMirrorPlace {
  readonly method: string
  readonly route: string
  /** Such as `/items/0/price`. */
  readonly at: string
  readonly kind: 'value' | 'type' | 'missing' | 'added' | 'length'
  readonly count: number
  /** Share of all comparisons of the method and route, from 0 to 1. */
  readonly share: number
}
