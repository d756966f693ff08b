import type { AdminRoute, AdminRoutes, TrafficCounts } from '../../types/admin-api.ts'
import type { PathMatch, RouteConfig, RouteMatch, RouteTarget, ValueMatch } from '../../types/index.ts'
import type { Registry } from '../registry/registry.ts'
import { sum, type Traffic } from './traffic.ts'
import { groupIntervals } from './traffic-log.ts'

/** Maximum number of rules in a response, and of hosts and matches of one rule. */
const maxRoutes = 100
const maxItems = 5

/** Describes the busiest rules whose name, hosts or paths contain a text. */
export function describeRoutes (registry: Registry, traffic: Traffic, filter: string): AdminRoutes {
  const now = registry.now()
  const all = (registry.current.content.set.routes ?? []) as readonly RouteConfig[]
  const wanted = filter.toLowerCase()
  const found = wanted === '' ? all : all.filter((config) => searchedText(config).includes(wanted))
  const counts = traffic.list(now)
  const total = ({ name }: RouteConfig): number => sum(counts.get(name)!.requests)
  const busy = found.filter(({ name }) => counts.has(name)).sort((one, other) => total(other) - total(one)).slice(0, maxRoutes)
  const idle = firstOf(found, maxRoutes - busy.length, ({ name }) => !counts.has(name))
  return {
    total: all.length,
    found: found.length,
    sliceMs: groupIntervals.sliceMs,
    now: new Date(now).toISOString(),
    routes: [...busy, ...idle].map((config) => describe(config, counts.get(config.name) ?? null)),
    unmatched: all.length === 0 ? null : counts.get('') ?? null
  }
}

/** There may be many rules, so their texts are kept. */
const texts = new WeakMap<RouteConfig, string>()

function searchedText (config: RouteConfig): string {
  const known = texts.get(config)
  if (known !== undefined) return known
  const { name, hosts = [], matches = [] } = config
  const text = [name, ...hosts, ...matches.flatMap(({ path = {} }) => Object.values(path))].join('\n').toLowerCase()
  texts.set(config, text)
  return text
}

function firstOf<Item> (items: readonly Item[], count: number, isWanted: (item: Item) => boolean): Item[] {
  const first: Item[] = []
  for (const item of items) {
    if (first.length >= count) break
    if (isWanted(item)) first.push(item)
  }
  return first
}

function describe (config: RouteConfig, traffic: TrafficCounts | null): AdminRoute {
  const { name, hosts = [], matches = [{}], to, redirect, respond, invalid = null } = config
  return {
    name,
    hosts: shortened(hosts),
    matches: shortened(matches.map(textOf)),
    targets: targetsOf(to),
    response: redirect !== undefined ? `redirect ${redirect.status ?? 302}` : respond !== undefined ? `response ${respond.status ?? 200}` : null,
    invalid,
    traffic
  }
}

function targetsOf (to: RouteConfig['to']): AdminRoute['targets'] {
  if (to === undefined) return []
  if (typeof to === 'string') return [{ version: to, share: 1 }]
  const weights = to.map(({ weight = 1 }: RouteTarget) => weight)
  return to.map(({ version }, index) => ({ version, share: weights[index]! / Math.max(sum(weights), 1e-9) }))
}

/** Describes conditions: `GET /orders/*, header x-beta: true, query page=1`. */
function textOf ({ path = { prefix: '/' }, method, headers = {}, query = {}, cookies = {} }: RouteMatch): string {
  const line = method === undefined ? pathText(path) : `${method} ${pathText(path)}`
  return [
    line,
    ...Object.entries(headers).map(([name, value]) => `header ${name}${typeof value === 'string' ? `: ${value}` : regexText(value)}`),
    ...Object.entries(query).map(([name, value]) => `query ${name}${valueText(value)}`),
    ...Object.entries(cookies).map(([name, value]) => `cookie ${name}${valueText(value)}`)
  ].join(', ')
}

function pathText (path: PathMatch): string {
  if ('exact' in path) return path.exact
  return 'regex' in path ? `~ ${path.regex}` : `${path.prefix.replace(/\/$/, '')}/*`
}

function valueText (value: ValueMatch): string {
  return typeof value === 'string' ? `=${value}` : regexText(value)
}

function regexText ({ regex }: { readonly regex: string }): string {
  return ` ~ ${regex}`
}

function shortened (items: readonly string[]): string[] {
  return items.length <= maxItems ? [...items] : [...items.slice(0, maxItems), `${items.length - maxItems} more`]
}
