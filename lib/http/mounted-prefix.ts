import type { FastifyInstance } from 'fastify'
import { splitAbsolute, splitTarget } from './request-target.ts'

/** A prefix, and the router options that decide where it ends in a path. */
export interface Mounted {
  readonly prefix: string
  /** Number of segments. Their text may differ in a path: it may be encoded (`/%61pi`), or stand for a parameter. */
  readonly depth: number
  /** Whether `//` is the same as `/`. */
  readonly mergesSlashes: boolean
  /** Whether a path ends at `;`. */
  readonly endsAtSemicolon: boolean
  /** Whether `/API` is the same as `/api`. */
  readonly ignoresCase: boolean
  /** Longest value of a parameter in the prefix; `Infinity` without parameters. */
  readonly maxParameterLength: number
}

export function mountedAt (prefix: string, { initialConfig }: Pick<FastifyInstance, 'initialConfig'>): Mounted {
  // Fastify takes these options in two places, and reports their defaults in the other one.
  const isSet = (name: 'ignoreDuplicateSlashes' | 'useSemicolonDelimiter' | 'caseSensitive', value = true): boolean =>
    [initialConfig, initialConfig.routerOptions].some((options) => (options as Record<string, unknown> | undefined)?.[name] === value)
  return {
    prefix,
    depth: prefix.split('/').filter(Boolean).length,
    mergesSlashes: isSet('ignoreDuplicateSlashes'),
    endsAtSemicolon: isSet('useSemicolonDelimiter'),
    ignoresCase: isSet('caseSensitive', false),
    maxParameterLength: prefix.includes(':') ? maxParameterLength(initialConfig) : Infinity
  }
}

/** Fastify's default, which it reports for the place of the option that is not used. */
const defaultLongest = 100

function maxParameterLength (initialConfig: FastifyInstance['initialConfig']): number {
  const places = [initialConfig, initialConfig.routerOptions] as Array<{ maxParamLength?: number } | undefined>
  return places.map((options) => options?.maxParamLength ?? defaultLongest).find((value) => value !== defaultLongest) ?? defaultLongest
}

/**
 * Shortens the values of parameters in the prefix that are too long for the router.
 *
 * @returns the path that the router sees instead, or `null` if no value is too long
 */
export function withShortParameters ({ prefix, mergesSlashes, maxParameterLength }: Mounted, url: string): string | null {
  if (url.length <= maxParameterLength) return null
  const parts = prefix.split('/')
  let isTooLong = false
  const segments = segmentsOf(url, mergesSlashes).map((segment, index) => {
    const parameters = (parts[index] ?? '').split(':').length - 1
    // Text between several parameters is not part of their values.
    const longest = parameters <= 1 ? maxParameterLength : maxParameterLength * parameters + parts[index]!.length
    if (parameters === 0 || decodeSegment(segment).length <= longest) return segment
    isTooLong = true
    return segment.replaceAll(/%../g, 'x').slice(0, maxParameterLength)
  })
  return isTooLong ? segments.join('/') : null
}

function segmentsOf (url: string, mergesSlashes: boolean): string[] {
  const [path] = splitTarget(splitAbsolute(url)[1])
  return (mergesSlashes ? path.replaceAll(/\/+/g, '/') : path).split('/')
}

/** Joins prefixes as Fastify does, without a trailing slash: a scope may have the prefix `/api/`. */
export function joinPrefixes (outer: string, inner = ''): string {
  return (outer.replace(/\/$/, '') + inner).replace(/\/$/, '')
}

/** Whether the router matches a request target to a prefix, which may have parameters. */
export function isUnder ({ prefix, mergesSlashes, ignoresCase }: Mounted, url: string): boolean {
  const segments = segmentsOf(url, mergesSlashes)
  return prefix.split('/').every((part, index) => {
    const segment = segments[index]
    if (segment === undefined || part.includes(':')) return segment !== undefined
    const decoded = decodeSegment(segment)
    return ignoresCase ? part.toLowerCase() === decoded.toLowerCase() : part === decoded
  })
}

function decodeSegment (segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Returns the rest of a path after the prefix. It is empty for the bare prefix: `/api` and `/api/` are two paths. */
export function pathBehind (path: string, { depth, mergesSlashes }: Mounted): string {
  return pathBehindSegments(path, depth, mergesSlashes)
}

/** Returns the rest of a path after some segments. It is empty if the path ends there, without a slash. */
export function pathBehindSegments (path: string, count: number, mergesSlashes = false): string {
  let at = 0
  for (let segment = 0; segment < count; segment++) {
    if (mergesSlashes) while (path[at + 1] === '/') at++
    at = path.indexOf('/', at + 1)
    if (at === -1) return ''
  }
  return at === 0 ? path : path.slice(at)
}
