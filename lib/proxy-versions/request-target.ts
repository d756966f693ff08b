export { splitAbsolute, splitTarget } from '../url/target.ts'

/**
 * Whether a path could lead an upstream out of where it seems to lead: a `..` segment, plain or in any
 * encoding that is decoded once, with `\` or `;` as some servers read them, or before what becomes a query
 * or a fragment when it is decoded first; a NUL; a fragment. What is forwarded is what was checked, byte for
 * byte.
 */
export function isTraversal (path: string): boolean {
  if (!suspicious.test(path)) return false
  if (/[\\#\0]|%00/.test(path)) return true
  const decoded = path.replaceAll(/%(2e|2f|5c|3b|3f|23)/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return decoded.split(/[/\\]/).some((segment) => segment.split(/[;?#]/)[0] === '..')
}

/** Nearly no path has one of these, so nearly none is looked at further. */
const suspicious = /\.\.|%|\\|#|\0/

/**
 * Whether a path goes on with `//` behind the prefix, so that what is left of it would name a host. Counted in
 * segments: the prefix may be encoded (`/%61pi`), or have parameters.
 */
export function namesHost (path: string, prefix: string): boolean {
  if (!path.includes('//')) return false
  // A parameter of the prefix is empty then.
  if (prefix.includes(':') && path.startsWith('//')) return true
  const [first, second] = path.split('/').slice(prefix.split('/').length)
  return first === '' && second !== undefined
}
