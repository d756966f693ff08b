import type { LimitRule, LimitState } from '../../types/limits.ts'

/**
 * The tokens that a counter has admitted and not yet restored. The debt is in tokens times the milliseconds of the period. In this unit,
 * a bucket restores `requests` per millisecond, so all numbers are whole and sums are exact. `redis-script.ts` calculates the same.
 */
export interface Counter {
  debt: number
  /** The time of the debt; for a fixed window, its beginning. In milliseconds since 1970. */
  at: number
}

/** Restores what is due by now. A clock that was set back restores nothing. */
export function restore (counter: Counter, { algorithm, requests, periodMs }: LimitRule, now: number): void {
  const time = algorithm === 'fixed-window' ? now - now % periodMs : now
  if (time <= counter.at) return
  counter.debt = algorithm === 'fixed-window' ? 0 : Math.max(0, counter.debt - (time - counter.at) * requests)
  counter.at = time
}

/** Whether a restored counter admits a request. */
export function admits ({ debt }: Counter, { burst, periodMs }: LimitRule, cost: number): boolean {
  return debt + cost * periodMs <= burst * periodMs
}

/** Returns the state of a restored counter, after an admitted request has been added to it. */
export function stateOf (counter: Counter, rule: LimitRule, cost: number, now: number, allowed: boolean): LimitState {
  const { algorithm, requests, periodMs, burst } = rule
  const capacity = burst * periodMs
  const left = counter.at + periodMs - now
  const isWindow = algorithm === 'fixed-window'
  return {
    allowed,
    remaining: Math.max(0, Math.floor((capacity - counter.debt) / periodMs)),
    retryAfterMs: allowed ? 0 : isWindow ? left : Math.ceil((counter.debt + cost * periodMs - capacity) / requests),
    resetMs: isWindow ? left : Math.ceil(counter.debt / requests)
  }
}
