import type { VersionTraffic } from '../../types/admin-api.ts'
import type { Observation } from '../stage/observation.ts'

/** Length of an interval in milliseconds. */
export const sliceMs = 5_000
/** Number of intervals that are kept. */
export const slices = 60

/** Number of buckets for durations. Each bound is 19 % above the previous one, up to a minute. */
const steps = 64

/** The traffic of one version in one interval. */
interface Slice {
  requests: number
  failed: number
  refused: number
  /** Number of requests by bucket. */
  readonly durations: Uint32Array
}

/** The part of an observation that is counted. */
type Counted = Pick<Observation, 'outcome' | 'isFailure' | 'begunAt' | 'respondedAt' | 'endedAt' | 'isTunnel'>

/** Counts the requests of the last five minutes by version. */
export class Traffic {
  /** A ring buffer of intervals. `number` identifies the interval that an element holds. */
  readonly #ring = new Array<{ readonly number: number, readonly byVersion: Map<string, Slice> }>(slices)

  /**
   * Counts a request.
   *
   * @param version an id; empty if no version was chosen
   * @param now milliseconds since 1970
   */
  add (version: string, { outcome, isFailure, begunAt, respondedAt, endedAt, isTunnel }: Counted, now: number): void {
    const number = Math.floor(now / sliceMs)
    const place = number % slices
    if (this.#ring[place]?.number !== number) this.#ring[place] = { number, byVersion: new Map() }
    const { byVersion } = this.#ring[place]
    let slice = byVersion.get(version)
    if (slice === undefined) byVersion.set(version, slice = { requests: 0, failed: 0, refused: 0, durations: new Uint32Array(steps) })
    slice.requests++
    if (outcome === 'refused') slice.refused++
    else if (isFailure) slice.failed++
    if (!isTunnel) slice.durations[stepOf((respondedAt ?? endedAt) - begunAt)]!++
  }

  /** Returns the versions that had requests. @param now milliseconds since 1970 */
  list (now: number): VersionTraffic[] {
    const last = Math.floor(now / sliceMs)
    const recent = Array.from({ length: slices }, (_, index) => {
      const number = last - slices + 1 + index
      const kept = this.#ring[number % slices]
      return kept?.number === number ? kept.byVersion : new Map<string, Slice>()
    })
    return [...new Set(recent.flatMap((byVersion) => [...byVersion.keys()]))].map((version) => {
      const each = recent.map((byVersion) => byVersion.get(version))
      const numbers = (member: 'requests' | 'failed' | 'refused'): number[] => each.map((slice) => slice?.[member] ?? 0)
      const durations = Array.from({ length: steps }, (_, step) => sum(each.map((slice) => slice?.durations[step] ?? 0)))
      return {
        version: version === '' ? null : version,
        requests: numbers('requests'),
        failed: numbers('failed'),
        refused: numbers('refused'),
        p50: percentile(durations, 0.5),
        p95: percentile(durations, 0.95)
      }
    })
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

function sum (numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
