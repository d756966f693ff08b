import type { Test } from 'tap'
import { observeVersions } from '../../lib/observe/index.ts'
import type { ObserveVersionsOptions } from '../../types/observe.ts'
import type { GatewayOptions, UpstreamOptions } from '../../types/index.ts'
import { makeApp, startGateway } from './gateway.ts'
import { scrape } from './metrics.ts'

export const requests = 'version_gateway_requests_total'

/** One version, whose callers nobody knows. */
export function alone (upstream: string | UpstreamOptions): Partial<GatewayOptions> {
  return { versions: { latest: { upstream } }, resolve: {}, identity: { providers: [] } }
}

/** The gateway of the main job, observed. */
export async function observed (t: Test, overrides: Partial<GatewayOptions> = {}, options: ObserveVersionsOptions = {}) {
  const app = makeApp(t)
  await app.register(observeVersions, options)
  const gateway = await startGateway(t, overrides, app)
  return {
    ...gateway,
    /** The metrics, when that many requests are over: an answer may arrive before its end is noted. */
    async metricsOf (count: number) {
      let metrics = await scrape(gateway.origin)
      while ((metrics.value(requests) ?? 0) < count) metrics = await scrape(gateway.origin)
      return metrics
    }
  }
}
