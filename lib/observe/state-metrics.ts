import type { Registry as Metrics } from 'prom-client'
import type { IdentityProviderStatus } from '../../types/index.ts'
import { showClaim } from '../identity/claim-path.ts'
import type { Registry } from '../registry/registry.ts'
import type { TargetStatistics, UpstreamStatistics } from '../registry/reporters.ts'
import { registerMetric, type Value } from './metric.ts'

/** Where the values come from. */
export interface Sources {
  /** Each time anew: a gateway may be registered later. */
  registry (): Registry | undefined
  providers (): readonly IdentityProviderStatus[]
}

/** A `fact` is the same in every process, a `gauge` has something of its own in each. */
type Metric = readonly [name: string, type: 'counter' | 'gauge' | 'fact', help: string, values: () => readonly Value[]]

/** The metrics of what is known anyway: versions, upstreams, providers. They cost nothing until somebody asks for them. */
export function registerStateMetrics (metrics: Metrics, prefix: string, sources: Sources): void {
  const all = [...versionMetrics(sources), ...upstreamMetrics(sources), ...providerMetrics(sources), claimMetric(sources)]
  for (const [name, type, help, values] of all) {
    const kind = type === 'fact' ? { type: 'gauge', aggregator: 'max' } as const : { type }
    registerMetric(metrics, { name: prefix + name, help, ...kind }, values)
  }
}

function versionMetrics ({ registry }: Sources): Metric[] {
  const versions = () => registry()?.list() ?? []
  const moments = (member: 'deprecatedAt' | 'sunsetAt') => (): Value[] => versions()
    .flatMap(({ id: version, [member]: moment }) => moment === null ? [] : [{ value: moment.getTime() / 1000, labels: { version } }])
  return [
    ['registry_revision', 'fact', 'Number of the set of versions in force.', () => registry() === undefined ? [] : [{ value: registry()!.revision, labels: {} }]],
    ['version_info', 'fact', 'A version in force: always 1.', () => versions().map(({ id: version, state, disabled }) =>
      ({ value: 1, labels: { version, state, disabled: String(disabled !== null) } }))],
    ['version_deprecated_timestamp_seconds', 'fact', 'When a version was or will be deprecated, in seconds since 1970.', moments('deprecatedAt')],
    ['version_sunset_timestamp_seconds', 'fact', 'When a version ends, in seconds since 1970.', moments('sunsetAt')]
  ]
}

function upstreamMetrics ({ registry }: Sources): Metric[] {
  const upstreams = (): readonly UpstreamStatistics[] => registry()?.reporters.find('statistics')?.() ?? []
  const ofVersions = (value: (upstream: UpstreamStatistics) => number) => (): Value[] =>
    upstreams().map((upstream) => ({ value: value(upstream), labels: { version: upstream.version } }))
  const ofTargets = (value: (target: TargetStatistics) => number) => (): Value[] => upstreams()
    .flatMap(({ version, targets }) => targets.map((target) => ({ value: value(target), labels: { version, target: target.address } })))
  const attempts = (): Value[] => upstreams().flatMap(({ version, targets }) => targets.flatMap(({ address: target, ended }) =>
    Object.entries(ended).map(([result, value]) => ({ value, labels: { version, target, result } }))))
  return [
    ['upstream_attempts_total', 'counter', 'Ended attempts. server-error: a response from 500 on; failed: no complete response, by the target\'s fault; abandoned: for any other reason.', attempts],
    ['upstream_retries_total', 'counter', 'Requests that were sent once more.', ofVersions(({ retries }) => retries)],
    ['upstream_pending', 'gauge', 'Requests under way at a target.', ofTargets(({ pending }) => pending)],
    ['upstream_queued', 'gauge', 'Requests that wait for a connection to a target.', ofTargets(({ queued }) => queued)],
    ['upstream_connections', 'gauge', 'Open connections to a target.', ofTargets(({ connections }) => connections)],
    ['upstream_healthy', 'fact', 'Whether a target gets requests: 1 or 0.', ofTargets(({ healthy }) => Number(healthy))],
    ['websockets_open', 'gauge', 'Upgraded connections that are open, such as WebSockets.', ofVersions(({ tunnels }) => tunnels)]
  ]
}

function claimMetric ({ registry }: Sources): Metric {
  const absent = (): Value[] => (registry()?.reporters.find('claims')?.() ?? [])
    .map(({ option, names, absent: value }) => ({ value, labels: { option, claim: showClaim(names) } }))
  return ['claim_absent_total', 'counter', 'Requests whose verified token lacks a claim that an option reads.', absent]
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
    ['token_cache_total', 'counter', 'Tokens that were remembered (hit), and that had to be verified (miss).', tokens],
    ['jwks_keys', 'fact', 'Keys of a provider that verify tokens.', () => providers().map(({ name: provider, keys }) => ({ value: keys.length, labels: { provider } }))],
    ['jwks_age_seconds', 'fact', 'Seconds since the keys of a provider were fetched.', age],
    ['jwks_fetches_total', 'counter', 'Fetches of the keys of a provider.', fetches]
  ]
}
