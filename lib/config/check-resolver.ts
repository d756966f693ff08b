import type { VersionResolver } from '../../types/index.ts'
import { builtInMark } from '../stage/built-in.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'
import { isOfOtherCopy } from './check-stage.ts'
import { type Broken, brokenArguments, isHeaderList, isMilliseconds, isOneOf, isText } from './resolver-arguments.ts'

/** Checks the members of a resolver. */
export function checkResolver (problems: Problems, path: Path, resolver: unknown): resolver is VersionResolver {
  if (typeof resolver !== 'object' || resolver === null) {
    problems.add(path, `expected a resolver, got ${show(resolver)}. Write fromHeader('x-version'), or { name, resolve }.`)
    return false
  }
  // Its mark would be unknown here, and a pin that any client can send would pass as one of the app's own resolvers.
  if (isOfOtherCopy(problems, path, resolver)) return false
  const mark = builtInMark(resolver as VersionResolver)
  const misused = mark === undefined ? [] : brokenArguments(mark)
  const broken = misused.length > 0 ? misused : brokenMembers(resolver)
  for (const { member, value, expected } of broken) problems.add([...path, ...member], `expected ${expected}, got ${show(value)}.`)
  return broken.length === 0
}

function brokenMembers (resolver: object): Broken[] {
  const members = resolver as Record<keyof VersionResolver, unknown>
  const { name, resolve, readsHeaders, timeoutMs, onError, onUnknown, unknownStatus, weak } = members
  const expectations: Array<[member: string, value: unknown, holds: boolean, expected: string]> = [
    ['name', name, isText(name), "a name for decisions and logs, such as 'host'"],
    ['resolve', resolve, typeof resolve === 'function', "a function, such as (request) => 'v2'"],
    ['readsHeaders', readsHeaders, readsHeaders === undefined || isHeaderList(readsHeaders), "a list of header names, such as ['host']"],
    ['timeoutMs', timeoutMs, timeoutMs === undefined || isMilliseconds(timeoutMs), 'a whole number of milliseconds, 0 for no limit'],
    ['onError', onError, isOneOf(onError, undefined, 'reject', 'skip'), "'reject' or 'skip'"],
    ['onUnknown', onUnknown, isOneOf(onUnknown, undefined, 'reject', 'next'), "'reject' or 'next'"],
    ['unknownStatus', unknownStatus, isOneOf(unknownStatus, undefined, 400, 404, 406, 415), '400, 404, 406 or 415'],
    ['weak', weak, isOneOf(weak, undefined, true, false), 'true or false']
  ]
  return expectations.flatMap(([member, value, holds, expected]) => holds ? [] : [{ member: [member], value, expected }])
}
