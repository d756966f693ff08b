import type { LimitRule, LimitState, LimitTake } from '../../types/limits.ts'

/** The rate limits of a request. */
export interface LimitRecord {
  /** Takes that were only checked so far, by the limiter that counts them after the decision. `null` without any. */
  pending: Map<object, readonly LimitTake[]> | null
  /** The limits that apply, with the states of their counters. */
  readonly applied: Array<{ readonly rule: LimitRule, readonly state: LimitState }>
  /** The names of the limits in shadow mode that the request exceeds. */
  exceededShadows: readonly string[]
}
