import type { IdentityProvider, TokenSource } from '../../types/index.ts'
import { HeaderNames } from '../headers/header-names.ts'
import { projectedHeaders } from '../identity/projected-headers.ts'
import { type Path, type Problems, show, showPath } from './problems.ts'
import { takesReserved } from './reserved-headers.ts'

const byDefault: readonly TokenSource[] = [{ header: 'authorization' }]

type HeaderSource = Extract<TokenSource, { header: string }>

/**
 * Checks the places of tokens: not one that is emptied before it is read, nor one that two read in different ways.
 *
 * @param path where the providers are
 * @param owned headers that are taken off every request before tokens are looked for
 */
export function checkTokenSources (problems: Problems, path: Path, providers: readonly IdentityProvider[], owned: HeaderNames): void {
  const whole = providers.filter((_, index) => !problems.isIncomplete([...path, index, 'claimsToHeaders']))
  const projected = new HeaderNames(projectedHeaders(whole))
  const headers = new Map<string, { prefix: string, place: Path }>()

  providers.forEach((provider, index) => {
    const place = [...path, index, 'tokenSources']
    if (problems.isMisshapen(place)) return
    const sources = (provider.tokenSources ?? byDefault).map((source, at) => problems.isIncomplete([...place, at]) ? null : source)
    checkTwins(problems, place, sources)
    sources.forEach((source, at) => {
      if (source === null || !('header' in source)) return
      const own = [...place, at, 'header']
      const name = source.header.toLowerCase()
      const [prefix, first] = [prefixOf(source), headers.get(name)]
      const isReserved = takesReserved(name) !== undefined
      if (isReserved && name !== 'authorization') {
        problems.add(own, `${show(source.header)} has a meaning in HTTP. Use 'authorization', or a name of your own.`)
      } else if (!isReserved && (owned.has(name) || projected.has(name))) {
        problems.add(own, `${show(source.header)} is owned by the gateway, so the client's is removed unread. Use another header.`)
      } else if (first !== undefined && first.prefix !== prefix) {
        problems.add(own, `${show(source.header)} is read with another prefix by ${showPath(first.place)}. Use one prefix for a header.`)
      }
      headers.set(name, first ?? { prefix, place: [...place, at] })
    })
  })
}

function checkTwins (problems: Problems, path: Path, sources: ReadonlyArray<TokenSource | null>): void {
  const places = sources.map((source) => source === null ? Symbol('unusable') : idOf(source))
  places.forEach((place, index) => {
    const first = places.indexOf(place)
    if (first < index) problems.add([...path, index], `is ${showPath([...path, first])} once more. Remove one of them.`)
  })
}

function idOf (source: TokenSource): string {
  if ('header' in source) return `header ${source.header.toLowerCase()} ${prefixOf(source)}`
  return 'cookie' in source ? `cookie ${source.cookie}` : `query ${source.query}`
}

/** As it is compared: without case and blanks. */
function prefixOf ({ header, prefix = header.toLowerCase() === 'authorization' ? 'Bearer ' : '' }: HeaderSource): string {
  return prefix.trim().toLowerCase()
}
