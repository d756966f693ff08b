import type { RouteConfig, RouteMatch, ValueMatch } from '../../types/index.ts'
import { normalPath } from '../../lib/routes/normal-path.ts'
import type { RoutedRequest } from '../../lib/routes/route-table.ts'

interface Entry {
  readonly rule: string
  readonly host: string | null
  readonly match: RouteMatch
}

/**
 * Returns the rule and the alternative that a request matches, by sorting all of them and testing one after another. Expressions
 * must mean the same in JavaScript as in RE2.
 */
export function matchNaively (routes: readonly RouteConfig[], request: RoutedRequest): { rule: string, match: RouteMatch } | null {
  const entries = routes.flatMap(({ name, hosts, matches = [{}] }) =>
    matches.flatMap((match): Entry[] => (hosts ?? [null]).map((host) => ({ rule: name, host: host?.toLowerCase() ?? null, match }))))
  const sorted = entries.map((entry, index) => ({ entry, weights: [...weightsOf(entry), -index] }))
    .sort((one, other) => one.weights.map((weight, index) => other.weights[index]! - weight).find((difference) => difference !== 0)!)
  const found = sorted.find(({ entry }) => fits(entry, request))?.entry
  return found === undefined ? null : { rule: found.rule, match: found.match }
}

function weightsOf ({ host, match: { path = { prefix: '/' }, method, headers = {}, query = {}, cookies = {} } }: Entry): number[] {
  const [[kind, text]] = Object.entries(path) as [[string, string]]
  return [
    host === null ? 0 : host.startsWith('*') ? 1 : 2,
    host?.startsWith('*') === true ? host.length : 0,
    ['prefix', 'regex', 'exact'].indexOf(kind),
    text.length,
    method === undefined ? 0 : 1,
    Object.keys(headers).length + Object.keys(cookies).length,
    Object.keys(query).length
  ]
}

function fits ({ host, match }: Entry, request: RoutedRequest): boolean {
  if (host !== null && (host.startsWith('*') ? !request.host.endsWith(host.slice(1)) : host !== request.host)) return false
  const { path = { prefix: '/' }, method, headers = {}, query = {}, cookies = {} } = match
  if (method !== undefined && method !== request.method) return false
  const parameters = new URLSearchParams(request.query)
  const sent = (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('='))
  return fitsPath(path, request.path) &&
    Object.entries(headers).every(([name, value]) => isEqual(value, request.headers[name.toLowerCase()] as string | undefined)) &&
    Object.entries(query).every(([name, value]) => isEqual(value, parameters.get(name) ?? undefined)) &&
    Object.entries(cookies).every(([name, value]) => isEqual(value, sent.find(([other]) => other === name)?.[1]))
}

function fitsPath (match: NonNullable<RouteMatch['path']>, path: string): boolean {
  if ('exact' in match) return normalPath(match.exact) === path
  if ('regex' in match) return new RegExp(`^(?:${match.regex})$`).test(path)
  const segments = match.prefix.split('/').filter(Boolean)
  const given = path.split('/').slice(1)
  return segments.every((segment, index) => segment === given[index])
}

function isEqual (match: ValueMatch, value: string | undefined): boolean {
  if (typeof match === 'string') return match === value
  return value !== undefined && new RegExp(`^(?:${match.regex})$`).test(value)
}
