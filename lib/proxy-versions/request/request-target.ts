import { type Mounted, pathBehind } from '../../http/mounted-prefix.ts'

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
