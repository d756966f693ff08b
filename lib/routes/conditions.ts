import type { RouteMatch, ValueMatch } from '../../types/index.ts'
import type { RequestValues } from './request-values.ts'
import { compileRegex } from './safe-regex.ts'
import type { Condition } from './types.ts'

/** Returns the conditions of an alternative, except for its path. */
export function conditionsOf ({ method, headers, query, cookies }: RouteMatch): readonly Condition[] {
  if (method === undefined && headers === undefined && query === undefined && cookies === undefined) return noConditions
  return [
    ...method === undefined ? [] : [condition('method', '', method)],
    ...Object.entries(headers ?? none).map(([name, value]) => condition('header', name.toLowerCase(), value)),
    ...Object.entries(query ?? none).map(([name, value]) => condition('query', name, value)),
    ...Object.entries(cookies ?? none).map(([name, value]) => condition('cookie', name, value))
  ]
}

// Shared, because there may be 100,000 rules.
const noConditions: readonly Condition[] = []
const none: Readonly<Record<string, ValueMatch>> = {}

function condition (source: Condition['source'], name: string, value: ValueMatch): Condition {
  const key = `${source}:${name}`
  if (typeof value === 'string') return { source, name, key, exact: value, regex: null }
  return { source, name, key, exact: null, regex: compileRegex(value.regex) }
}

/** Whether a request has the value. */
export function holds (condition: Condition, values: RequestValues): boolean {
  const value = values.of(condition)
  if (condition.regex === null) return value === condition.exact
  return value !== undefined && condition.regex.testExact(value)
}
