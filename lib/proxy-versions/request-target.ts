import type { FastifyInstance } from 'fastify'

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

/** A prefix as the router reads paths, as far as it decides where the prefix ends. */
export interface Mounted {
  readonly prefix: string
  /** Its segments. They are counted, because a path may have them encoded (`/%61pi`), or others for parameters. */
  readonly depth: number
  /** Whether `//` is the same as `/`. */
  readonly mergesSlashes: boolean
}

export function mountedAt (prefix: string, { initialConfig }: Pick<FastifyInstance, 'initialConfig'>): Mounted {
  // Fastify takes the option in two places, and reports its default in the other one.
  const mergesSlashes = initialConfig.ignoreDuplicateSlashes === true || initialConfig.routerOptions?.ignoreDuplicateSlashes === true
  return { prefix, depth: prefix.split('/').filter(Boolean).length, mergesSlashes }
}

/** What of a path is behind the prefix that it was routed by, `/` for nothing. */
export function pathBehind (path: string, { depth, mergesSlashes }: Mounted): string {
  let at = 0
  for (let segment = 0; segment < depth; segment++) {
    if (mergesSlashes) while (path[at + 1] === '/') at++
    at = path.indexOf('/', at + 1)
    if (at === -1) return '/'
  }
  return at === 0 ? path : path.slice(at)
}

/** Whether a path goes on with `//` behind the prefix, so that what is left of it would name a host. */
export function namesHost (path: string, mounted: Mounted): boolean {
  if (!path.includes('//')) return false
  // A parameter of the prefix is empty then.
  if (mounted.prefix.includes(':') && path.startsWith('//')) return true
  return pathBehind(path, mounted).startsWith('//')
}
