import type { MetricsRegistry } from '../../types/observe.ts'
import { registerMetric, type Value } from './metric.ts'
import { buckets, type Series, type SeriesSet } from './series.ts'

/** Adds the metrics of requests: counts and durations. */
export function registerRequestMetrics (metrics: MetricsRegistry, prefix: string, requests: SeriesSet): void {
  const count = { name: `${prefix}requests_total`, type: 'counter', help: 'Requests by outcome and cause.' } as const
  registerMetric(metrics, count, () =>
    requests.list().flatMap(({ labels, causes }) => [...causes].map(([cause, value]) => ({ value, labels: { ...labels, cause } }))))

  const duration = {
    name: `${prefix}request_duration_seconds`,
    type: 'histogram',
    help: 'Request duration in seconds, until the response is complete or the WebSocket is closed.'
  } as const
  registerMetric(metrics, duration, () => requests.list().flatMap((series) => histogram(duration.name, series)))
}

/** Buckets are cumulative (OpenMetrics 1.0, "Histogram"). */
function histogram (name: string, { labels, counts, sum }: Series): Value[] {
  let count = 0
  const values = counts.map((each, index): Value => {
    count += each
    return { metricName: `${name}_bucket`, value: count, labels: { ...labels, le: String(buckets[index] ?? '+Inf') } }
  })
  return [...values, { metricName: `${name}_sum`, value: sum, labels: { ...labels } }, { metricName: `${name}_count`, value: count, labels: { ...labels } }]
}
