import type { RequestOutcome } from '../../types/outcome.ts'
import type { Tier } from '../../types/index.ts'
import type { Observation } from '../stage/observation.ts'

/** Upper bounds of the histogram's buckets, in seconds. */
export const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

const tiers: ReadonlyArray<Tier | 'none'> = ['route', 'override', 'pin', 'default', 'none']
const outcomes: readonly RequestOutcome[] = ['served', 'refused', 'upstream-failed', 'client-gone']
const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx']

/** The labels of a series. */
export interface Labels {
  /** An id. Empty if no version was chosen. */
  readonly version: string
  /** Name of the rule. Absent without routes. */
  readonly route?: string
  readonly tier: Tier | 'none'
  readonly status: string
  readonly outcome: RequestOutcome
}

/** The requests with the same labels. */
export class Series {
  readonly labels: Labels
  /** The number of requests in each bucket, and of those that took longer. */
  readonly counts = new Array<number>(buckets.length + 1).fill(0)
  /** Sum of the durations in seconds. */
  sum = 0
  /** The number of requests for each cause. */
  readonly causes = new Map<string, number>()

  constructor (labels: Labels) {
    this.labels = labels
  }

  add (seconds: number, cause: string): void {
    let bucket = 0
    while (bucket < buckets.length && seconds > buckets[bucket]!) bucket++
    this.counts[bucket]!++
    this.sum += seconds
    this.causes.set(cause, (this.causes.get(cause) ?? 0) + 1)
  }
}

/** Maximum number of rules with series of their own. Later ones count as `other`. */
const maxRoutes = 500

/**
 * Counts requests by their labels. prom-client would build a string of all labels for each request and look it up several
 * times; here, a number identifies the series of a version and a rule.
 */
export class SeriesSet {
  /** By rule, then by version. Without routes, the rule is empty. */
  readonly #byRoute = new Map<string, Map<string, Array<Series | undefined>>>()

  add (version: string, observation: Observation): void {
    const { outcome, status } = observation
    const tier = tiers.indexOf(observation.request.version?.tier ?? 'none')
    // A status from 600 on is a server error (RFC 9110 15).
    const statusClass = Math.min(Math.trunc(status / 100), 5) - 1
    const place = (tier * outcomes.length + outcomes.indexOf(outcome)) * statusClasses.length + statusClass
    const route = this.#boundedRoute(observation.route)
    const series = this.#seriesOf(route, version)
    const one = series[place] ??= new Series({
      version, ...route !== '' && { route }, tier: tiers[tier]!, status: statusClasses[statusClass]!, outcome
    })
    one.add((observation.endedAt - observation.begunAt) / 1000, observation.cause ?? 'none')
  }

  /** Returns all series with at least one request. */
  list (): Series[] {
    return [...this.#byRoute.values()].flatMap((byVersion) => [...byVersion.values()].flat()).filter((series) => series !== undefined)
  }

  #boundedRoute (route: string): string {
    return this.#byRoute.has(route) || this.#byRoute.size < maxRoutes ? route : 'other'
  }

  #seriesOf (route: string, version: string): Array<Series | undefined> {
    let byVersion = this.#byRoute.get(route)
    if (byVersion === undefined) this.#byRoute.set(route, byVersion = new Map())
    let series = byVersion.get(version)
    if (series === undefined) byVersion.set(version, series = [])
    return series
  }
}
