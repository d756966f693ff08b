import type { Observation } from '../stage/observation.ts'

/** How long the last minutes are, and how finely they are told apart. */
export const sliceMs = 5_000
export const slices = 60

/** Steps of durations: each is 19 % more than the one before, up to a minute. */
const steps = 64

/** What one version had in one slice of time. */
interface Slice {
  requests: number
  failed: number
  refused: number
  /** How many took how long. */
  readonly durations: Uint32Array
}

/** What is counted of a request. */
type Counted = Pick<Observation, 'outcome' | 'status' | 'begunAt' | 'answeredAt' | 'endedAt' | 'isTunnel'>

/** The traffic of one version in the last minutes. */
export interface VersionTraffic {
  /** `null`: requests that were refused before a version was decided. */
  readonly version: string | null
  /** One number for each slice, the latest last. */
  readonly requests: readonly number[]
  /** Failed upstreams, and answers of 500 and more. */
  readonly failed: readonly number[]
  readonly refused: readonly number[]
  /** Milliseconds until the upstream began to answer, over all slices, within 19 %; `null` without any request. */
  readonly p50: number | null
  readonly p95: number | null
}

/** Counts requests of the last minutes by version. What is older is forgotten. */
export class Traffic {
  /** By the place of their time in the ring. */
  readonly #ring = new Array<{ readonly number: number, readonly byVersion: Map<string, Slice> }>(slices)

  /** @param version empty: none was decided @param now milliseconds since 1970 */
  add (version: string, { outcome, status, begunAt, answeredAt, endedAt, isTunnel }: Counted, now: number): void {
    const number = Math.floor(now / sliceMs)
    const place = number % slices
    if (this.#ring[place]?.number !== number) this.#ring[place] = { number, byVersion: new Map() }
    const { byVersion } = this.#ring[place]
    let slice = byVersion.get(version)
    if (slice === undefined) byVersion.set(version, slice = { requests: 0, failed: 0, refused: 0, durations: new Uint32Array(steps) })
    slice.requests++
    if (outcome === 'refused') slice.refused++
    else if (outcome === 'upstream-failed' || status >= 500) slice.failed++
    if (!isTunnel) slice.durations[stepOf((answeredAt ?? endedAt) - begunAt)]!++
  }

  /** Versions that had any request. @param now milliseconds since 1970 */
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

/** The end of the step that it is in. */
function percentile (durations: readonly number[], part: number): number | null {
  let left = Math.ceil(sum(durations) * part)
  if (left === 0) return null
  const step = durations.findIndex((count) => (left -= count) <= 0)
  return Math.round((2 ** (step / 4) - 1) * 10) / 10
}

function sum (numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
