import type { FastifyRequest } from 'fastify'
import type { StickyKey } from './routes.ts'
import type { Timestamp } from './terms.ts'

/** Stops a rollout whose callers get more errors than the others. It counts in this process only. */
export interface RolloutGuard {
  /** Milliseconds over which responses are counted. Default 60000. */
  windowMs?: number
  /** Minimum number of the cohort's requests in the window. With fewer, the guard does nothing. Default 200. */
  minRequests?: number
  /** Maximum share of failed requests in the cohort, from 0 to 1: 5xx and broken responses of the upstream, timeouts. Default 0.05. */
  maxErrorRate?: number
  /** Maximum difference between this share and that of the control group. Default 0.02. */
  maxDelta?: number
  /** `hold` stops the ramp, `rollback` moves everyone back. A person must resume either. Default `rollback`. */
  action?: 'hold' | 'rollback'
}

/**
 * Moves callers from one version to another, a share at a time: those that the default or a pin sends to `from`. Callers that name a
 * version themselves are never moved. A version that is disabled or retired gets no callers.
 */
export interface RolloutConfig<Name extends string = string> {
  /** Names the rollout in decisions, events and metrics, and seeds the buckets. Unique. */
  name: string
  from: Name
  to: Name
  /** Percentage of callers that are moved, from 0 to 100, accurate to 0.01. Default 0. */
  percent?: number
  /** Identifies the caller, usually its tenant. All requests with one key move together. */
  key: StickyKey | ((request: FastifyRequest) => string | undefined)
  /** Keys that are moved at any share. Takes precedence over `exclude`. Default none. */
  include?: readonly string[]
  /** Keys that are never moved. Default none. */
  exclude?: readonly string[]
  /** Groups of keys that are moved one group after another. The first `openRings` are moved at any share. */
  rings?: ReadonlyArray<{ readonly name: string, readonly keys: readonly string[] }>
  /** Number of rings that are moved. Default 0. */
  openRings?: number
  /** Shares by time, in ascending order. They replace `percent` once their time has come. Default none. */
  ramp?: ReadonlyArray<{ readonly at: Timestamp, readonly percent: number }>
  /** Callers without a key: `stay`, or `random` to draw each request. Default `stay`. */
  anonymous?: 'stay' | 'random'
  /** Whether callers that are pinned to `from` by its id are moved too. Those pinned by an alias always are. Default false. */
  includePinned?: boolean
  guard?: RolloutGuard
  /** `held` keeps `percent` and ignores the ramp; `rolled-back` moves everyone back. Default `running`. */
  state?: 'running' | 'held' | 'rolled-back'
  /** Why the rollout is held or rolled back. */
  reason?: string
}

/**
 * A change of a rollout. Members that are not given stay as they are. `held` keeps the share in force. A rollout that is set to
 * `running` again continues with the share of its ramp.
 */
export interface RolloutChange extends Pick<RolloutConfig, 'openRings' | 'state' | 'reason'> {
  /** Replaces the ramp, too. */
  percent?: number
}

/** The requests of a rollout's cohort, or of its control group, in the window of the guard. */
export interface RolloutGroup {
  readonly requests: number
  readonly failed: number
}

/** The state of a rollout. */
export interface RolloutStatus {
  readonly name: string
  readonly from: string
  readonly to: string
  /** The share in force. */
  readonly percent: number
  readonly state: 'running' | 'held' | 'rolled-back'
  /** Why it is held or rolled back. */
  readonly reason: string | null
  readonly openRings: number
  readonly cohort: RolloutGroup
  readonly control: RolloutGroup
}

/** The bucket that a decision was based on. */
export interface DecisionRollout {
  readonly name: string
  /** From 0 to 100; the caller moves if it is below the share. `null` without a key, and for keys that are listed. */
  readonly bucket: number | null
  readonly moved: boolean
}
