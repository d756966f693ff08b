import type { MetricsRegistry } from '../../types/observe.ts'
import type { IdentityProviderStatus } from '../../types/index.ts'
import { showClaim } from '../identity/claim-path.ts'
import type { Registry } from '../registry/registry.ts'
import type { TargetStatistics, UpstreamStatistics } from '../registry/providers.ts'
import { registerMetric, type Value } from './metric.ts'

/** The sources of the values. */
export interface Sources {
  /** Called for each scrape, because a gateway may be registered later. */
  registry (): Registry | undefined
  providers (): readonly IdentityProviderStatus[]
}

/** A `fact` has the same value in every process. A `gauge` differs between processes. */
type Metric = readonly [name: string, type: 'counter' | 'gauge' | 'fact', help: string, values: () => readonly Value[]]

/** Adds the metrics of versions, upstreams and providers. Their values are only computed when they are scraped. */
export function registerStateMetrics (metrics: MetricsRegistry, prefix: string, sources: Sources): void {
  const parts = [versionMetrics, rolloutMetrics, upstreamMetrics, providerMetrics, claimMetric, shadowMetric]
  const all = parts.flatMap((metricsOf) => metricsOf(sources))
  for (const [name, type, help, values] of all) {
    const kind = type === 'fact' ? { type: 'gauge', aggregator: 'max' } as const : { type }
    registerMetric(metrics, { name: prefix + name, help, ...kind }, values)
  }
}

function versionMetrics ({ registry }: Sources): Metric[] {
  const versions = () => registry()?.list() ?? []
  const timestamps = (member: 'deprecatedAt' | 'sunsetAt') => (): Value[] => versions()
    .flatMap(({ id: version, [member]: date }) => date === null ? [] : [{ value: date.getTime() / 1000, labels: { version } }])
  return [
    ['registry_revision', 'fact', 'Current revision of the versions.', () => registry() === undefined ? [] : [{ value: registry()!.revision, labels: {} }]],
    ['version_info', 'fact', 'Version info. Always 1.', () => versions().map(({ id: version, state, disabled }) =>
      ({ value: 1, labels: { version, state, disabled: String(disabled !== null) } }))],
    ['version_deprecated_timestamp_seconds', 'fact', 'Deprecation date of a version, in seconds since 1970.', timestamps('deprecatedAt')],
    ['version_sunset_timestamp_seconds', 'fact', 'Sunset date of a version, in seconds since 1970.', timestamps('sunsetAt')]
  ]
}

function rolloutMetrics ({ registry }: Sources): Metric[] {
  const requests = (): Value[] => (registry()?.rolloutControl.totals() ?? []).flatMap(({ name: rollout, ...groups }) =>
    Object.entries(groups).flatMap(([group, results]) =>
      Object.entries(results).map(([result, value]) => ({ value: value as number, labels: { rollout, group, result } }))))
  return [
    ['rollout_percent', 'fact', 'Share of callers that a rollout moves, from 0 to 100.', () => (registry()?.rollouts() ?? []).map(({ name: rollout, percent }) => ({ value: percent, labels: { rollout } }))],
    ['rollout_requests_total', 'counter', 'Requests that a rollout concerns, by result. cohort: of callers that are moved. control: of the others.', requests]
  ]
}

function upstreamMetrics ({ registry }: Sources): Metric[] {
  const upstreams = (): readonly UpstreamStatistics[] => registry()?.reports.find('statistics')?.() ?? []
  const ofVersions = (value: (upstream: UpstreamStatistics) => number) => (): Value[] =>
    upstreams().map((upstream) => ({ value: value(upstream), labels: { version: upstream.version } }))
  const ofTargets = (value: (target: TargetStatistics) => number) => (): Value[] => upstreams()
    .flatMap(({ version, targets }) => targets.map((target) => ({ value: value(target), labels: { version, target: target.address } })))
  const attempts = (): Value[] => upstreams().flatMap(({ version, targets }) => targets.flatMap(({ address: target, ended }) =>
    Object.entries(ended).map(([result, value]) => ({ value, labels: { version, target, result } }))))
  return [
    ['upstream_attempts_total', 'counter', 'Completed attempts by result. server-error: status 500 or above. failed: no complete response because of the target. abandoned: no complete response for another reason.', attempts],
    ['upstream_retries_total', 'counter', 'Retries of requests.', ofVersions(({ retries }) => retries)],
    ['upstream_pending', 'gauge', 'Requests in flight to a target.', ofTargets(({ pending }) => pending)],
    ['upstream_queued', 'gauge', 'Requests waiting for a connection to a target.', ofTargets(({ queued }) => queued)],
    ['upstream_connections', 'gauge', 'Open connections to a target.', ofTargets(({ connections }) => connections)],
    ['upstream_healthy', 'fact', 'Whether a target is healthy: 1 or 0.', ofTargets(({ healthy }) => Number(healthy))],
    ['websockets_open', 'gauge', 'Open upgraded connections, such as WebSockets.', ofVersions(({ tunnels }) => tunnels)]
  ]
}

function claimMetric ({ registry }: Sources): Metric[] {
  const absent = (): Value[] => (registry()?.reports.find('claims')?.() ?? [])
    .map(({ option, names, absent: value }) => ({ value, labels: { option, claim: showClaim(names) } }))
  return [
    ['claim_absent_total', 'counter', 'Requests whose verified token lacks a claim that an option reads.', absent]
  ]
}

function shadowMetric ({ registry }: Sources): Metric[] {
  const copies = (): Value[] => (registry()?.shadow() ?? []).flatMap(({ mirror, from, to, outcomes }) =>
    Object.entries(outcomes).map(([outcome, value]) => ({ value, labels: { mirror, from, to, outcome } })))
  return [
    ['shadow_copies_total', 'counter', 'Copies of requests for other versions, by outcome.', copies]
  ]
}

function providerMetrics ({ providers }: Sources): Metric[] {
  const tokens = (): Value[] => providers().flatMap(({ name: provider, cache: { hits, misses } }) => [
    { value: hits, labels: { provider, result: 'hit' } },
    { value: misses, labels: { provider, result: 'miss' } }
  ])
  const age = (): Value[] => providers().flatMap(({ name: provider, lastRefresh }) =>
    lastRefresh === null ? [] : [{ value: (Date.now() - lastRefresh.getTime()) / 1000, labels: { provider } }])
  const fetches = (): Value[] => providers().flatMap(({ name: provider, fetches }) =>
    Object.entries(fetches ?? {}).map(([result, value]) => ({ value, labels: { provider, result } })))
  return [
    ['token_cache_total', 'counter', 'Token cache lookups. miss: the token had to be verified.', tokens],
    ['jwks_keys', 'fact', 'Number of usable keys of a provider.', () => providers().map(({ name: provider, keys }) => ({ value: keys.length, labels: { provider } }))],
    ['jwks_age_seconds', 'fact', 'Seconds since the last successful key fetch of a provider.', age],
    ['jwks_fetches_total', 'counter', 'Key fetches of a provider, by result.', fetches]
  ]
}
