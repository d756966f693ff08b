import type { TrafficCounts } from '../../types/admin-api.ts'
import type { Observation } from '../stage/observation.ts'
import { type IntervalOptions, Intervals } from './intervals.ts'

/** Number of buckets for durations. Each bound is 19 % above the previous one, up to a minute. */
const steps = 64

/** The traffic of one key in one interval. */
interface Slice {
  requests: number
  failed: number
  refused: number
  /** Number of requests by bucket. */
  readonly durations: Uint32Array
}

/** The part of an observation that is counted. */
type Counted = Pick<Observation, 'outcome' | 'isFailure' | 'begunAt' | 'respondedAt' | 'endedAt' | 'isTunnel'>

/** Counts requests in the last intervals by a key, such as the version. Times are milliseconds since 1970. */
export class Traffic {
  readonly #intervals: Intervals<Slice>

  constructor (options: IntervalOptions) {
    this.#intervals = new Intervals(options, () => ({ requests: 0, failed: 0, refused: 0, durations: new Uint32Array(steps) }))
  }

  add (key: string, { outcome, isFailure, begunAt, respondedAt, endedAt, isTunnel }: Counted, now: number): void {
    const slice = this.#intervals.at(key, now)
    if (slice === undefined) return
    slice.requests++
    if (outcome === 'refused') slice.refused++
    else if (isFailure) slice.failed++
    if (!isTunnel) slice.durations[stepOf((respondedAt ?? endedAt) - begunAt)]!++
  }

  /** Returns the traffic of each key that had requests. */
  list (now: number): Map<string, TrafficCounts> {
    return new Map(this.#intervals.keys(now).map((key) => [key, this.of(key, now)]))
  }

  of (key: string, now: number): TrafficCounts {
    const each = this.#intervals.of(key, now)
    const durations = Array.from({ length: steps }, (_, step) => sum(each.map((slice) => slice?.durations[step] ?? 0)))
    return {
      requests: each.map((slice) => slice?.requests ?? 0),
      failed: each.map((slice) => slice?.failed ?? 0),
      refused: each.map((slice) => slice?.refused ?? 0),
      p50: percentile(durations, 0.5),
      p95: percentile(durations, 0.95)
    }
  }

  /** Returns the 95th percentile of each interval. */
  p95sOf (key: string, now: number): Array<number | null> {
    return this.#intervals.of(key, now).map((slice) => slice === undefined ? null : percentile([...slice.durations], 0.95))
  }
}

function stepOf (milliseconds: number): number {
  return Math.min(steps - 1, Math.ceil(4 * Math.log2(1 + milliseconds)))
}

/** Returns the upper bound of the bucket that contains the percentile. */
function percentile (durations: readonly number[], part: number): number | null {
  let left = Math.ceil(sum(durations) * part)
  if (left === 0) return null
  const step = durations.findIndex((count) => (left -= count) <= 0)
  return Math.round((2 ** (step / 4) - 1) * 10) / 10
}

/** Returns the sum of numbers. */
export function sum (numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
