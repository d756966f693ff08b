import type { FastifyInstance } from 'fastify'
import { splitAbsolute, splitTarget } from '../../http/request-target.ts'

export { splitAbsolute, splitTarget }

/**
 * Whether an upstream could resolve a path to another place than the gateway: a NUL, a fragment, or a `..` segment. The
 * segment may be plain or encoded once, may be delimited by `\` or `;` as some servers read them, or may precede an
 * encoded `?` or `#`. The path is forwarded byte for byte as it was checked.
 */
export function isTraversal (path: string): boolean {
  if (!suspicious.test(path)) return false
  if (/[\\#\0]|%00/.test(path) || overlong.test(path)) return true
  const decoded = path.replaceAll(/%(2e|2f|5c|3b|3f|23)/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return decoded.split(/[/\\]/).some((segment) => segment.split(/[;?#]/)[0] === '..')
}

/**
 * Overlong UTF-8 (RFC 3629 10): a lenient decoder reads `%c0%ae` as a dot. No valid UTF-8 and no plausible Latin-1 text
 * matches this.
 */
const overlong = /%c[01]%[89ab][\da-f]|%e0%[89][\da-f]%[89ab][\da-f]|%f0%8[\da-f]%[89ab][\da-f]%[89ab][\da-f]/i

/** A quick check: nearly all paths contain none of these and need no further check. */
const suspicious = /\.\.|%|\\|#|\0/

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

/** Joins prefixes as Fastify does, without a trailing slash: a scope may have the prefix `/api/`. */
export function joinPrefixes (outer: string, inner = ''): string {
  return (outer.replace(/\/$/, '') + inner).replace(/\/$/, '')
}

/** Whether the router matches a request target to a prefix, which may have parameters. */
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

/** Returns the rest of a path after the prefix. It is empty for the bare prefix: `/api` and `/api/` are two paths. */
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
 * Returns the path of the forwarded request. No slash is added between the base and the rest, because an upstream that
 * redirects `/orders/` to `/orders` would loop. Only an empty path needs one (RFC 9112 3.2.1).
 *
 * @param base replaces the prefix, without a trailing slash
 */
export function insidePath (base: string, behind: string): string {
  const path = base + behind
  return path === '' ? '/' : path
}

/** Whether the router ended a path at a `;` within the prefix, although the path continues. */
export function hidesPath (path: string, mounted: Mounted): boolean {
  if (!mounted.endsAtSemicolon || !path.includes(';')) return false
  return path.slice(0, path.length - pathBehind(path, mounted).length).includes(';')
}

/** Whether a path continues with `//` after the prefix: the rest would then name a host. */
export function namesHost (path: string, mounted: Mounted): boolean {
  if (!path.includes('//')) return false
  // Here the leading parameter of the prefix is empty.
  if (mounted.prefix.includes(':') && path.startsWith('//')) return true
  return pathBehind(path, mounted).startsWith('//')
}
