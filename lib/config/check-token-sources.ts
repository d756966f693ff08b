import type { TokenSource, VerifyIdentityOptions } from '../../types/index.ts'
import { HeaderNames } from '../http/header-names.ts'
import { projectedHeaders } from '../identity/projected-headers.ts'
import { type Path, type Problems, show, showPath } from '../problems/config-problems.ts'
import { defaultPrefix, tokenSourceDefaults } from './normalize-identity.ts'
import { takesReserved } from './reserved-headers.ts'

type HeaderSource = Extract<TokenSource, { header: string }>

/**
 * Checks the token sources: no source may be removed before it is read, and no header may be read in two ways.
 *
 * @param path path of the identity options
 * @param owned headers that are removed from every request before tokens are read
 */
export function checkTokenSources (
  problems: Problems, path: Path, { providers, sources }: Pick<VerifyIdentityOptions, 'providers' | 'sources'>, owned: HeaderNames
): void {
  const whole = providers.filter((_, index) => !problems.isIncomplete([...path, 'providers', index, 'claimsToHeaders']))
  const projected = new HeaderNames(projectedHeaders(whole))
  const isRemoved = (name: string): boolean => owned.has(name) || projected.has(name)
  const headers: Prefixes = new Map()
  const check = (place: Path, all: readonly TokenSource[]): Array<TokenSource | null> => {
    if (problems.isMisshapen(place)) return [null]
    const usable = all.map((source, at) => problems.isIncomplete([...place, at]) ? null : source)
    checkTwins(problems, place, usable)
    usable.forEach((source, at) => {
      if (source !== null && 'header' in source) checkHeader(problems, [...place, at], source, isRemoved, headers)
    })
    return usable
  }

  const searched = sources === undefined ? null : check([...path, 'sources'], sources)
  const known = searched === null || searched.includes(null) ? null : new Set(searched.map((source) => idOf(source!)))
  providers.forEach((provider, index) => {
    if (problems.isMisshapen([...path, 'providers', index])) return
    const place = [...path, 'providers', index, 'tokenSources']
    const { tokenSources } = provider
    if (known !== null && tokenSources === undefined) return
    check(place, tokenSources ?? tokenSourceDefaults).forEach((source, at) => {
      if (known === null || source === null || known.has(idOf(source))) return
      problems.add([...place, at], `is not among ${showPath([...path, 'sources'])}, so it would never be read. Add it there, at its precedence.`)
    })
  })
}

/** The prefixes that each header is read with, and the first place of each. */
type Prefixes = Map<string, Map<string, Path>>

function checkHeader (
  problems: Problems, place: Path, source: HeaderSource, isRemoved: (name: string) => boolean, headers: Prefixes
): void {
  const own = [...place, 'header']
  const [name, prefix] = [source.header.toLowerCase(), prefixOf(source)]
  const isReserved = takesReserved(name) !== undefined
  const prefixes = headers.get(name) ?? new Map<string, Path>()
  const rival = [...prefixes].find(([other]) => other !== prefix && beginAlike(other, prefix))
  if (isReserved && name !== 'authorization') {
    problems.add(own, `${show(source.header)} has a defined meaning in HTTP. Use 'authorization' or a different name.`)
  } else if (!isReserved && isRemoved(name)) {
    problems.add(own, `${show(source.header)} is owned by the gateway, so the client's value is removed before it is read. Use another header.`)
  } else if (rival !== undefined) {
    problems.add(own, `${show(source.header)} has a prefix that cannot be distinguished from that of ${showPath(rival[1])}. Use prefixes with different beginnings.`)
  }
  if (!prefixes.has(prefix)) headers.set(name, prefixes.set(prefix, place))
}

function beginAlike (one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one)
}

function checkTwins (problems: Problems, path: Path, sources: ReadonlyArray<TokenSource | null>): void {
  const places = sources.map((source) => source === null ? Symbol('unusable') : idOf(source))
  places.forEach((place, index) => {
    const first = places.indexOf(place)
    if (first < index) problems.add([...path, index], `duplicates ${showPath([...path, first])}. Remove one of them.`)
  })
}

function idOf (source: TokenSource): string {
  if ('header' in source) return `header ${source.header.toLowerCase()} ${prefixOf(source)}`
  return 'cookie' in source ? `cookie ${source.cookie}` : `query ${source.query}`
}

/** Normalizes a prefix for comparison: lower case, without blanks. */
function prefixOf (source: HeaderSource): string {
  const { prefix = defaultPrefix(source.header.toLowerCase()) } = source
  return prefix.trim().toLowerCase()
}
