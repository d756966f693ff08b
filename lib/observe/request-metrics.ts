import type { Registry as Metrics } from 'prom-client'
import { registerMetric, type Value } from './metric.ts'
import { buckets, type Series, type SeriesSet } from './series.ts'

/** The metrics of requests: how many, and how long they took. */
export function registerRequestMetrics (metrics: Metrics, prefix: string, requests: SeriesSet): void {
  const count = { name: `${prefix}requests_total`, type: 'counter', help: 'Requests, by what became of them and why.' } as const
  registerMetric(metrics, count, () =>
    requests.list().flatMap(({ labels, causes }) => [...causes].map(([cause, value]) => ({ value, labels: { ...labels, cause } }))))

  const duration = {
    name: `${prefix}request_duration_seconds`,
    type: 'histogram',
    help: 'Seconds from the first hook to the end of the answer; of WebSockets, to their end.'
  } as const
  registerMetric(metrics, duration, () => requests.list().flatMap((series) => histogram(duration.name, series)))
}

/** Buckets have what is in those before them as well (OpenMetrics 1.0, "Histogram"). */
function histogram (name: string, { labels, counts, sum }: Series): Value[] {
  let count = 0
  const values = counts.map((each, index): Value => {
    count += each
    return { metricName: `${name}_bucket`, value: count, labels: { ...labels, le: String(buckets[index] ?? '+Inf') } }
  })
  return [...values, { metricName: `${name}_sum`, value: sum, labels: { ...labels } }, { metricName: `${name}_count`, value: count, labels: { ...labels } }]
}
