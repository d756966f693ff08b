import type { FastifyInstance } from 'fastify'
import { splitAbsolute, splitTarget } from '../url/target.ts'

export { splitAbsolute, splitTarget }

/**
 * Whether a path could lead an upstream out of where it seems to lead: a `..` segment, plain or in any
 * encoding that is decoded once, with `\` or `;` as some servers read them, or before what becomes a query
 * or a fragment when it is decoded first; a NUL; a fragment. What is forwarded is what was checked, byte for
 * byte.
 */
export function isTraversal (path: string): boolean {
  if (!suspicious.test(path)) return false
  if (/[\\#\0]|%00/.test(path) || overlong.test(path)) return true
  const decoded = path.replaceAll(/%(2e|2f|5c|3b|3f|23)/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return decoded.split(/[/\\]/).some((segment) => segment.split(/[;?#]/)[0] === '..')
}

/**
 * ASCII in more bytes of UTF-8 than it takes (RFC 3629 10): a decoder that does not mind reads `%c0%ae` as a dot. Nothing else that
 * begins like this is UTF-8, and as Latin-1 it is no text.
 */
const overlong = /%c[01]%[89ab][\da-f]|%e0%[89][\da-f]%[89ab][\da-f]|%f0%8[\da-f]%[89ab][\da-f]%[89ab][\da-f]/i

/** Nearly no path has one of these, so nearly none is looked at further. */
const suspicious = /\.\.|%|\\|#|\0/

/** A prefix as the router reads paths, as far as it decides where the prefix ends. */
export interface Mounted {
  readonly prefix: string
  /** Its segments. They are counted, because a path may have them encoded (`/%61pi`), or others for parameters. */
  readonly depth: number
  /** Whether `//` is the same as `/`. */
  readonly mergesSlashes: boolean
  /** Whether a path ends at `;`. */
  readonly endsAtSemicolon: boolean
  /** Whether `/API` is the same as `/api`. */
  readonly ignoresCase: boolean
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
    ignoresCase: isSet('caseSensitive', false)
  }
}

/** Joins prefixes as Fastify does, without a slash at the end: a scope may have the prefix `/api/`. */
export function joinPrefixes (outer: string, inner = ''): string {
  return (outer.replace(/\/$/, '') + inner).replace(/\/$/, '')
}

/** Whether the router finds a request target under a prefix, which may have parameters. */
export function isUnder ({ prefix, mergesSlashes, ignoresCase }: Mounted, url: string): boolean {
  const [path] = splitTarget(splitAbsolute(url)[1])
  const segments = (mergesSlashes ? path.replaceAll(/\/+/g, '/') : path).split('/')
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

/** What follows the prefix that a path was routed by. It is empty for the bare prefix: `/api` and `/api/` are two paths. */
export function pathBehind (path: string, { depth, mergesSlashes }: Mounted): string {
  let at = 0
  for (let segment = 0; segment < depth; segment++) {
    if (mergesSlashes) while (path[at + 1] === '/') at++
    at = path.indexOf('/', at + 1)
    if (at === -1) return ''
  }
  return at === 0 ? path : path.slice(at)
}

/**
 * The path that an upstream is asked for. No slash is added between the base and the rest, because an upstream that
 * redirects `/orders/` to `/orders` would do so forever. Only the origin form needs one (RFC 9112 3.2.1).
 *
 * @param base what the prefix becomes, without a slash at its end
 */
export function insidePath (base: string, behind: string): string {
  const path = base + behind
  return path === '' ? '/' : path
}

/** Whether a router that ends paths at `;` has read a prefix out of this one that goes on behind it. */
export function hidesPath (path: string, mounted: Mounted): boolean {
  if (!mounted.endsAtSemicolon || !path.includes(';')) return false
  return path.slice(0, path.length - pathBehind(path, mounted).length).includes(';')
}

/** Whether a path goes on with `//` behind the prefix, so that what is left of it would name a host. */
export function namesHost (path: string, mounted: Mounted): boolean {
  if (!path.includes('//')) return false
  // A parameter of the prefix is empty then.
  if (mounted.prefix.includes(':') && path.startsWith('//')) return true
  return pathBehind(path, mounted).startsWith('//')
}
