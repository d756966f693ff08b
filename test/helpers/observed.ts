import type { Test } from 'tap'
import { observeVersions } from '../../lib/observe/index.ts'
import type { ObserveVersionsOptions } from '../../types/observe.ts'
import type { GatewayOptions, UpstreamOptions } from '../../types/index.ts'
import { makeApp, startGateway } from './gateway.ts'
import { scrape } from './metrics.ts'

export const requests = 'version_gateway_requests_total'

/** Options for a single version without identity. */
export function singleVersion (upstream: string | UpstreamOptions): Partial<GatewayOptions> {
  return { versions: { latest: { upstream } }, resolve: {}, identity: { providers: [] } }
}

/** Starts the gateway of the primary use case with metrics. */
export async function observed (t: Test, overrides: Partial<GatewayOptions> = {}, options: ObserveVersionsOptions = {}) {
  const app = makeApp(t)
  await app.register(observeVersions, options)
  const gateway = await startGateway(t, overrides, app)
  return {
    ...gateway,
    /** Returns the metrics once this many requests are counted: a response can arrive before its end is recorded. */
    async metricsOf (count: number) {
      let metrics = await scrape(gateway.origin)
      while ((metrics.value(requests) ?? 0) < count) metrics = await scrape(gateway.origin)
      return metrics
    }
  }
}
