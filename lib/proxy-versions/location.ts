import type { FastifyRequest } from 'fastify'

/** Rewrites a URL that an upstream gave in `Location` or `Content-Location`. */
export type RewriteLocation = (location: string, request: FastifyRequest) => string

/**
 * A place on one of the targets, or on the name that the client used, becomes the place under the mount's
 * prefix that leads there; the target's own address is not told. Other places stay as they are.
 *
 * @param hosts that the cluster knows itself by: see `insideHosts`
 * @param prefix of the mount, such as `/api`
 * @param base what the prefix became on the way in, such as `/v2`
 */
export function rewriteLocation (hosts: readonly string[], prefix: string, base: string): RewriteLocation {
  const inside = new Set(hosts)

  return (location, request) => {
    const [, authority = '', host = '', path = ''] = /^((?:https?:)?\/\/([^/?#]*))?(.*)$/is.exec(location)!
    const isInside = inside.has(host.toLowerCase())
    const isOurs = authority === '' ? path.startsWith('/') : isInside || host === request.host
    if (!isOurs) return location
    const outside = isUnder(path, base) ? prefix + path.slice(base.length) : path
    return (isInside && host !== request.host ? '' : authority) + (outside === '' ? '/' : outside)
  }
}

/**
 * The names that a cluster may call itself by: its targets, with the default port written out and without,
 * and the `Host` that it is sent where that is a name of its own.
 */
export function insideHosts (addresses: readonly string[], host = 'target'): string[] {
  const named = host === 'target' || host === 'client' ? [] : [host.toLowerCase()]
  return [...named, ...addresses.flatMap((address) => {
    if (address.startsWith('unix+')) return ['localhost']
    const url = new URL(address)
    return [url.host, `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`]
  })]
}

function isUnder (path: string, base: string): boolean {
  return path.startsWith(base) && (path.length === base.length || /[/?#]/.test(path.charAt(base.length)))
}
