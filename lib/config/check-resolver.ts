import type { VersionResolver } from '../../types/index.ts'
import { type Path, type Problems, show } from './problems.ts'

/** The longest time that a timer can wait for. */
const longestMs = 2 ** 31 - 1

/** Checks the members of a resolver. @returns whether it can be used as one */
export function checkResolver (problems: Problems, path: Path, resolver: unknown): resolver is VersionResolver {
  const { name, resolve, readsHeaders, timeoutMs, onError, onUnknown } = (resolver ?? {}) as Record<keyof VersionResolver, unknown>
  const expectations: Array<[member: string, value: unknown, holds: boolean, expected: string]> = [
    ['name', name, typeof name === 'string' && name !== '', "a name for decisions and logs, such as 'host'"],
    ['resolve', resolve, typeof resolve === 'function', "a function, such as (request) => 'v2'"],
    ['readsHeaders', readsHeaders, readsHeaders === undefined || isHeaderList(readsHeaders), 'a list of header names'],
    ['timeoutMs', timeoutMs, timeoutMs === undefined || isMilliseconds(timeoutMs), 'a whole number of milliseconds, 0 for no limit'],
    ['onError', onError, isOneOf(onError, undefined, 'reject', 'skip'), "'reject' or 'skip'"],
    ['onUnknown', onUnknown, isOneOf(onUnknown, undefined, 'reject', 'next'), "'reject' or 'next'"]
  ]
  const broken = expectations.filter(([,, holds]) => !holds)
  for (const [member, value, , expected] of broken) problems.add([...path, member], `expected ${expected}, got ${show(value)}.`)
  return broken.length === 0
}

function isHeaderList (value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name))
}

function isMilliseconds (value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= longestMs
}

function isOneOf (value: unknown, ...allowed: unknown[]): boolean {
  return allowed.includes(value)
}
