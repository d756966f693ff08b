/**
 * Whether a path could lead an upstream out of where it seems to lead: a `..` segment, plain or in any
 * encoding that is decoded once, with `\` or `;` as some servers read them; a NUL; a fragment. What is
 * forwarded is what was checked, byte for byte.
 */
export function isTraversal (path: string): boolean {
  if (!suspicious.test(path)) return false
  if (/[\\#\0]|%00/.test(path)) return true
  const decoded = path.replaceAll(/%(2e|2f|5c|3b)/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return decoded.split(/[/\\]/).some((segment) => segment.split(';')[0] === '..')
}

/** Nearly no path has one of these, so nearly none is looked at further. */
const suspicious = /\.\.|%|\\|#|\0/

/** The path of a request target without its query, and the query with its `?`. */
export function splitTarget (target: string): [path: string, query: string] {
  const start = target.indexOf('?')
  return start === -1 ? [target, ''] : [target.slice(0, start), target.slice(start)]
}
