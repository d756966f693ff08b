import type { MetricsRegistry } from '../../types/observe.ts'

/** A value with its labels. */
export interface Value {
  readonly value: number
  readonly labels: Readonly<Record<string, string>>
  /** Only for the parts of a histogram. */
  readonly metricName?: string
}

interface Description {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** How the values of several processes are aggregated. Default `sum`. */
  readonly aggregator?: 'sum' | 'max'
}

/**
 * Registers a metric whose values are computed when it is scraped, as an object with the members that a registry of prom-client
 * reads. Its own metrics build and look up a string of all labels for every request, which takes longer than all other parts of
 * the observation.
 */
export function registerMetric (metrics: MetricsRegistry, description: Description, values: () => readonly Value[]): void {
  const described = { aggregator: 'sum', ...description }
  metrics.registerMetric({ ...described, reset () {}, get: async () => ({ ...described, values: values() }) })
}
