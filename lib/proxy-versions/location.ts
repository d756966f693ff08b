import type { FastifyRequest } from 'fastify'

/** Rewrites a URL that an upstream gave in `Location` or `Content-Location`. */
export type RewriteLocation = (location: string, request: FastifyRequest) => string

/**
 * A place on one of the targets, or on the name that the client used, becomes the place under the mount's
 * prefix that leads there; the target's own address is not told. Other places stay as they are.
 *
 * @param origins of the targets
 * @param prefix of the mount, such as `/api`
 * @param base what the prefix became on the way in, such as `/v2`
 */
export function rewriteLocation (origins: readonly string[], prefix: string, base: string): RewriteLocation {
  const inside = new Set(origins.map((origin) => new URL(origin).host))

  return (location, request) => {
    const [, authority = '', host = '', path = ''] = /^((?:https?:)?\/\/([^/?#]*))?(.*)$/is.exec(location)!
    const isOurs = authority === '' ? path.startsWith('/') : inside.has(host) || host === request.host
    if (!isOurs) return location
    const outside = isUnder(path, base) ? prefix + path.slice(base.length) : path
    return (inside.has(host) && host !== request.host ? '' : authority) + (outside === '' ? '/' : outside)
  }
}

function isUnder (path: string, base: string): boolean {
  return path.startsWith(base) && (path.length === base.length || /[/?#]/.test(path.charAt(base.length)))
}
