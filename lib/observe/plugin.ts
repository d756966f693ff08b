import type { FastifyInstance } from 'fastify'
import type { MetricsRegistry, ObserveVersionsOptions, ObserveVersionsPlugin } from '../../types/observe.ts'
import { checkPlugin } from '../config/check-stage.ts'
import { withDefaults } from '../config/normalize.ts'
import { metricsDefaults } from '../config/normalize-plugins.ts'
import type { Registry } from '../registry/registry.ts'
import { registryIn, scopeOf } from '../stage/context.ts'
import { reloadState } from '../stage/reload-state.ts'
import { observe } from '../stage/observe.ts'
import { CheckedRequests } from './checked-requests.ts'
import { IdentityResults } from './identity-results.ts'
import { LimitedRequests } from './limited-requests.ts'
import { registerMetric, type Value } from './metric.ts'
import { loadPromClient } from './prom-client.ts'
import { registerRequestMetrics } from './request-metrics.ts'
import { SeriesSet } from './series.ts'
import { registerStateMetrics } from './state-metrics.ts'
import { versionOf } from '../stage/observation.ts'
import { definePlugin } from '../stage/define-plugin.ts'

async function observeRequests (app: FastifyInstance, options: ObserveVersionsOptions): Promise<void> {
  checkPlugin('observeVersions', options)
  const { path, prefix, register } = withDefaults(options, metricsDefaults)
  const metrics = register ?? new (await loadPromClient()).Registry()
  const registry = (): Registry | undefined => registryIn(app, options.versions)
  const requests = reloadState(app, 'requests', () => new SeriesSet())
  const identities = reloadState(app, 'identities', () => new IdentityResults())
  const deprecated = reloadState(app, 'deprecated', () => new Map<string, number>())

  observe(app, (observation) => {
    const { version } = observation.request
    requests.add(versionOf(observation, registry()), observation)
    identities.add(observation)
    if (version?.state === 'deprecated' && observation.outcome === 'served') deprecated.set(version.id, (deprecated.get(version.id) ?? 0) + 1)
  })

  registerRequestMetrics(metrics, prefix, requests)
  registerStateMetrics(metrics, prefix, { registry, providers: () => (app as Partial<FastifyInstance>).identityProviders?.() ?? [] })
  registerMetric(metrics, {
    name: `${prefix}identity_total`, type: 'counter', help: 'Requests by the result of token verification.'
  }, () => identities.values())
  registerMetric(metrics, {
    name: `${prefix}deprecated_requests_total`, type: 'counter', help: 'Requests served by a deprecated version.'
  }, () => [...deprecated].map(([version, value]): Value => ({ value, labels: { version } })))
  countLimited(app, metrics, prefix)
  countChecked(app, metrics, prefix)
  countEvents(app, metrics, prefix, registry)
  const { lostLines } = scopeOf(app)
  if (lostLines !== null) {
    registerMetric(metrics, {
      name: `${prefix}log_lines_lost_total`, type: 'counter', help: 'Log lines dropped because they could not be written.'
    }, () => [{ value: lostLines(), labels: {} }])
  }

  if (path === false) return
  app.get(path, { config: { version: false, identity: false, observed: false } }, async (_request, reply) => {
    reply.header('cache-control', 'no-store').type(metrics.contentType)
    return register === undefined ? `${await metrics.metrics()}${await (await processMetrics()).metrics()}` : await metrics.metrics()
  })
}

/**
 * Adds Prometheus metrics for the requests of its scope. Register it before the gateway. No label contains a path, a caller
 * or a token.
 *
 * @throws `VERSION_CONFIG_INVALID` with every problem of the options; an error if `register` already has a metric with the same name, or
 *   if there is no `register` and prom-client is not installed
 *
 * @example
 * await app.register(observeVersions, { path: '/metrics' })
 * await app.register(versionGateway, { versions })
 */
export const observeVersions: ObserveVersionsPlugin = definePlugin('fastify-version-gateway/observe', observeRequests)

let ofProcess: Promise<MetricsRegistry> | undefined

/** The metrics of the process are collected once for all apps, because their collectors cannot be stopped. */
async function processMetrics (): Promise<MetricsRegistry> {
  ofProcess ??= loadPromClient().then(({ collectDefaultMetrics, Registry }) => {
    const register = new Registry()
    collectDefaultMetrics({ register })
    return register
  })
  return await ofProcess
}

function countLimited (app: FastifyInstance, metrics: MetricsRegistry, prefix: string): void {
  const limited = reloadState(app, 'limited', () => new LimitedRequests())
  observe(app, (observation) => limited.add(observation))
  registerMetric(metrics, {
    name: `${prefix}rate_limited_total`, type: 'counter', help: 'Requests beyond a rate limit, by whether it only counts them.'
  }, () => limited.values())
}

function countChecked (app: FastifyInstance, metrics: MetricsRegistry, prefix: string): void {
  const checked = reloadState(app, 'checked', () => new CheckedRequests())
  observe(app, (observation) => checked.add(observation))
  registerMetric(metrics, {
    name: `${prefix}external_checks_total`, type: 'counter', help: 'Requests by external check and outcome.'
  }, () => checked.values())
}

function countEvents (app: FastifyInstance, metrics: MetricsRegistry, prefix: string, registry: () => Registry | undefined): void {
  const brownouts = reloadState(app, 'brownouts', () => new Map<string, { readonly labels: Value['labels'], value: number }>())
  const rejected = reloadState(app, 'rejected', () => ({ count: 0 }))
  registerMetric(metrics, {
    name: `${prefix}brownout_requests_total`, type: 'counter', help: 'Requests during a brownout, by whether they were refused.'
  }, () => [...brownouts.values()])
  registerMetric(metrics, {
    name: `${prefix}registry_rejected_total`, type: 'counter', help: 'Rejected changes to the versions or the config file.'
  }, () => [{ value: rejected.count, labels: {} }])

  app.addHook('onReady', async () => {
    const { events } = registry() ?? {}
    events?.on('rejected', () => { rejected.count++ })
    events?.on('brownout', ({ version, refused }) => {
      const key = `${version} ${refused}`
      const count = brownouts.get(key) ?? { labels: { version, refused: String(refused) }, value: 0 }
      count.value++
      brownouts.set(key, count)
    })
  })
}
