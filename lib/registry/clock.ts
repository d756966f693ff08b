import { callSync } from '../shared/call-sync.ts'
import { show } from '../problems/config-problems.ts'

/**
 * Wraps a clock, possibly the app's, that returns milliseconds since 1970. The wrapped clock throws a TypeError for an invalid
 * time: all comparisons with `NaN` are false, so a retired version would be served again.
 */
export function checkedClock (clock: () => number): () => number {
  if (clock === Date.now) return clock
  return () => {
    const now = callSync(clock)
    if (!Number.isFinite(now)) throw new TypeError(`registry.now must return milliseconds since 1970, not ${show(now)}`)
    return now
  }
}
