import { join } from 'node:path'
import { type Contender, type ContenderName, contenders } from './contenders.ts'
import type { Traffic } from './load/load.ts'
import { hasRedis } from './measure/redis.ts'
import type { GatewaySize, RouteProperty } from './measure/setting.ts'

/** A contender in a scenario. */
export interface Entry {
  readonly contender: Contender
  /** Distinguishes entries of one contender with different settings. */
  readonly form?: string
  readonly setting?: GatewaySize
}

/** Contenders under the same load. */
export interface Scenario {
  readonly id: string
  readonly title: string
  readonly entries: readonly Entry[]
  /** Whether all entries are forms of one contender that run as gateways of one process. */
  readonly isOneProcess?: boolean
  readonly traffic: Omit<Traffic, 'name' | 'tokens'> & { readonly hasTokens: boolean }
  readonly connections: number
}

const { ours } = contenders
const get = { method: 'GET', path: '/', bodyBytes: 0, hasTokens: false } as const
const byHeader = { 'x-version-override': 'v2' }
const allProxies: ContenderName[] = ['ours', 'bare', 'http-proxy', 'httpxy', 'http-proxy-3', 'floor', 'nginx', 'haproxy']

export const routeProperties: readonly RouteProperty[] = ['host', 'prefix', 'header', 'query']

/** The request matches the sixth rule, whichever property the rules differ by. */
function routesBy (by: RouteProperty): Scenario {
  const sizes: Array<[form: string, count: number]> = [
    ['10 routes', 10], ['1,000 routes', 1_000], ['10,000 routes', 10_000], ['100,000 routes', 100_000]
  ]
  return {
    id: `P9-${by}`,
    title: `routes that differ by ${by}`,
    isOneProcess: true,
    entries: sizes.map(([form, count]) => ({ contender: ours, form, setting: { routes: { by, count } } })),
    traffic: { ...get, path: '/p5/items?tenant=t5', headers: { ...byHeader, Host: 'h5.example.com', 'x-tenant': 't5' } },
    connections: 64
  }
}

/** The comparison of limits in Redis. It needs redis-server. */
const inRedis: Scenario = {
  id: 'P11-redis',
  title: 'GET, version in a claim, with limits in the same Redis',
  isOneProcess: true,
  entries: [
    { contender: ours, form: 'one limit', setting: { limits: 'redis-one' } },
    { contender: ours, form: 'three limits', setting: { limits: 'redis' } },
    { contender: ours, form: 'one limit of @fastify/rate-limit', setting: { limits: 'plugin' } }
  ],
  traffic: { ...get, headers: {}, hasTokens: true },
  connections: 64
}

export const scenarios: readonly Scenario[] = [
  {
    id: 'P1',
    title: 'GET, version in a header',
    entries: entriesOf(allProxies),
    traffic: { ...get, headers: byHeader },
    connections: 64
  },
  {
    id: 'P2',
    title: 'GET, version in a claim, 5,000 known tokens',
    entries: entriesOf(['ours', 'assembly', 'haproxy-jwt']),
    traffic: { ...get, headers: {}, hasTokens: true },
    connections: 64
  },
  {
    id: 'P3',
    title: 'POST of 10 KB',
    entries: entriesOf(allProxies),
    traffic: { ...get, method: 'POST', bodyBytes: 10_000, headers: { ...byHeader, 'content-type': 'application/json' } },
    connections: 64
  },
  {
    id: 'P4-down',
    title: 'response of 1 MB',
    entries: entriesOf(allProxies),
    traffic: { ...get, path: '/megabyte', headers: byHeader },
    connections: 16
  },
  {
    id: 'P4-up',
    title: 'upload of 10 MB',
    entries: entriesOf(allProxies),
    traffic: { ...get, method: 'POST', bodyBytes: 10_000_000, headers: { ...byHeader, 'content-type': 'application/octet-stream' } },
    connections: 8
  },
  {
    id: 'P5',
    title: 'unknown tokens: 5,000 in turn, with a cache for 1,000',
    entries: [{ contender: ours, form: 'warm' }, { contender: ours, form: 'cold', setting: { cached: 1_000 } }],
    traffic: { ...get, headers: {}, hasTokens: true },
    connections: 64
  },
  {
    id: 'P6',
    title: 'large configs, version in a claim',
    isOneProcess: true,
    entries: [
      { contender: ours, form: '2 versions' },
      { contender: ours, form: '1,000 versions', setting: { versions: 998 } },
      { contender: ours, form: '20 resolvers without an opinion', setting: { resolvers: 20 } },
      { contender: ours, form: 'tenant map of 1,000,000', setting: { tenants: 1_000_000 } }
    ],
    traffic: { ...get, headers: {}, hasTokens: true },
    connections: 64
  },
  ...routeProperties.map(routesBy),
  {
    id: 'P10',
    title: 'versions drawn by weight, by key and by a rollout, 5,000 known tokens',
    isOneProcess: true,
    entries: [
      { contender: ours, form: 'no draw' },
      { contender: ours, form: 'rollout', setting: { draw: 'rollout' } },
      { contender: ours, form: 'rule with one target', setting: { draw: 'rule' } },
      { contender: ours, form: 'weighted targets', setting: { draw: 'weights' } },
      { contender: ours, form: 'sticky targets', setting: { draw: 'sticky' } }
    ],
    traffic: { ...get, headers: {}, hasTokens: true },
    connections: 64
  },
  {
    id: 'metrics',
    title: 'GET, version in a claim, with and without metrics',
    isOneProcess: true,
    entries: [{ contender: ours, form: 'without metrics' }, { contender: ours, form: 'with metrics', setting: { metrics: true } }],
    traffic: { ...get, headers: {}, hasTokens: true },
    connections: 64
  },
  {
    id: 'P11-memory',
    title: 'GET, version in a claim, with and without three limits',
    isOneProcess: true,
    entries: [{ contender: ours, form: 'without limits' }, { contender: ours, form: 'with three limits', setting: { limits: 'memory' } }],
    traffic: { ...get, headers: {}, hasTokens: true },
    connections: 64
  },
  {
    id: 'P12',
    title: 'GET, version in a header, with and without mirroring',
    isOneProcess: true,
    entries: [{ contender: ours, form: 'without mirrors' }, { contender: ours, form: '10 % mirrored', setting: { mirrored: 10 } }],
    traffic: { ...get, headers: byHeader },
    connections: 64
  },
  ...hasRedis ? [inRedis] : []
]

function entriesOf (names: readonly ContenderName[]): Entry[] {
  return names.map((name) => ({ contender: contenders[name] }))
}

export function trafficOf ({ id, traffic: { hasTokens, ...traffic } }: Scenario, tokens: string): Traffic {
  return { ...traffic, name: id, tokens: hasTokens ? join(tokens, 'tokens.txt') : null }
}

/** Identifies an entry in goals, such as `ours: 1,000 versions`. */
export function keyOf ({ contender: { key }, form }: Entry): string {
  return form === undefined ? key : `${key}: ${form}`
}

export function labelOf ({ contender: { label }, form }: Entry): string {
  return form === undefined ? label : `${label}: ${form}`
}
