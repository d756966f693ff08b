import type { VersionResolver } from '../../types/index.ts'
import { type BuiltIn, builtInMark } from '../stage/built-in.ts'
import { type Path, type Problems, show } from './problems.ts'

/** The longest time that a timer can wait for. */
const longestMs = 2 ** 31 - 1

/** Checks that a resolver can be used as one. */
export function checkResolver (problems: Problems, path: Path, resolver: unknown): resolver is VersionResolver {
  if (typeof resolver !== 'object' || resolver === null) {
    problems.add(path, `expected a resolver, got ${show(resolver)}. Write fromHeader('x-version'), or { name, resolve }.`)
    return false
  }
  const mark = builtInMark(resolver as VersionResolver)
  const misused = mark === undefined ? [] : brokenArgument(mark)
  const broken = misused.length > 0 ? misused : brokenMembers(resolver)
  for (const { member, value, expected } of broken) problems.add([...path, ...member], `expected ${expected}, got ${show(value)}.`)
  return broken.length === 0
}

interface Broken {
  member: Path
  value: unknown
  expected: string
}

function brokenArgument ({ reads, argument }: BuiltIn): Broken[] {
  const isRight = reads === 'header' ? isHeaderName(argument) : reads === 'query' ? isText(argument) : isClaimPath(argument)
  return isRight ? [] : [{ member: [], value: argument, expected: argumentOf[reads] }]
}

const argumentOf = {
  header: "a header name in fromHeader('x-version')",
  claim: "a claim path in fromClaim('userMetadata.version') or fromClaim(['https://acme.io/version'])",
  query: "a parameter name in fromQuery('version')"
}

function brokenMembers (resolver: object): Broken[] {
  const { name, resolve, readsHeaders, timeoutMs, onError, onUnknown } = resolver as Record<keyof VersionResolver, unknown>
  const expectations: Array<[member: string, value: unknown, holds: boolean, expected: string]> = [
    ['name', name, isText(name), "a name for decisions and logs, such as 'host'"],
    ['resolve', resolve, typeof resolve === 'function', "a function, such as (request) => 'v2'"],
    ['readsHeaders', readsHeaders, readsHeaders === undefined || isHeaderList(readsHeaders), "a list of header names, such as ['host']"],
    ['timeoutMs', timeoutMs, timeoutMs === undefined || isMilliseconds(timeoutMs), 'a whole number of milliseconds, 0 for no limit'],
    ['onError', onError, isOneOf(onError, undefined, 'reject', 'skip'), "'reject' or 'skip'"],
    ['onUnknown', onUnknown, isOneOf(onUnknown, undefined, 'reject', 'next'), "'reject' or 'next'"]
  ]
  return expectations.flatMap(([member, value, holds, expected]) => holds ? [] : [{ member: [member], value, expected }])
}

function isText (value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isHeaderName (value: unknown): boolean {
  return isText(value) && /^[\w!#$%&'*+.^`|~-]+$/.test(value)
}

function isHeaderList (value: unknown): boolean {
  return Array.isArray(value) && value.every(isHeaderName)
}

function isClaimPath (value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && value.every(isText) : isText(value) && value.split('.').every(isText)
}

function isMilliseconds (value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= longestMs
}

function isOneOf (value: unknown, ...allowed: unknown[]): boolean {
  return allowed.includes(value)
}
