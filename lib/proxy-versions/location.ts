import type { FastifyRequest } from 'fastify'
import { type Taken, takenOut } from '../stage/hand-over.ts'
import { mountPrefix } from '../url/mount.ts'
import { addParameter } from '../url/query.ts'
import type { AnnouncedPrefix } from './announced-prefix.ts'

/** Rewrites a URL that an upstream gave in `Location` or `Content-Location`. */
export type RewriteLocation = (location: string, request: FastifyRequest) => string

/**
 * A place on one of the targets, or on the name that the client used, becomes the place under the mount's
 * prefix that leads there, with the segment or parameter that named the version; the target's own address is
 * not told. Other places stay as they are.
 *
 * @param hosts that the cluster knows itself by: see `insideHosts`
 * @param prefix of the mount, such as `/api`
 * @param base what the prefix became on the way in, such as `/v2`
 * @param prefixOf what the upstream was told of the prefix
 */
export function rewriteLocation (hosts: readonly string[], prefix: string, base: string, prefixOf: AnnouncedPrefix): RewriteLocation {
  const inside = new Set(hosts)

  return (location, request) => {
    const [, authority = '', host = '', path = ''] = /^((?:https?:)?\/\/([^/?#]*))?(.*)$/is.exec(location)!
    const taken = takenOut.get(request) ?? {}
    if (authority === '' && !path.startsWith('/')) return isRelative(path) ? withQuery(path, taken) : path
    const isInside = inside.has(host.toLowerCase())
    if (authority !== '' && !isInside && host !== request.host) return location
    const mounted = prefix.includes(':') ? mountPrefix(request) : prefix
    const outside = outsidePath(path, { prefix: mounted, base, announced: prefixOf(request) }, taken)
    if (!isInside || host === request.host) return authority + (outside === '' ? '/' : outside)
    return outside === '' ? '/' : asPath(outside)
  }
}

/** A path that is read as one, also where `//host`, `/\host` or what is read as such would name a host (WHATWG URL 4.2). */
function asPath (path: string): string {
  return /^\/[\t\n\r]*[\\/]/.test(path) ? `/.${path}` : path
}

/** What paths begin with outside, inside, and as the upstream was told. */
interface Places {
  prefix: string
  base: string
  announced: string
}

/** The path that leads back, with what was taken out on the way in. */
function outsidePath (path: string, { prefix, base, announced }: Places, taken: Taken): string {
  const { segment = '', segmentsBefore = 0 } = taken
  // An upstream may have believed X-Forwarded-Prefix.
  const isOutside = announced !== '' && isUnder(path, announced)
  if (isOutside && (segment === '' || segmentsBefore === 0)) return withQuery(path, taken)
  if (!isOutside && !isUnder(path, base)) return path
  const [head, rest] = isOutside ? [announced, path.slice(announced.length)] : [prefix, path.slice(base.length)]
  const [, way, tail] = /^([^?#]*)(.*)$/s.exec(rest) as unknown as [string, string, string]
  const segments = way.split('/')
  // Nothing is between, so there is no place that it was at.
  if (segments.length <= segmentsBefore) return withQuery(head + rest, taken)
  const [before, behind] = [segments.slice(0, segmentsBefore + 1), segments.slice(segmentsBefore + 1)]
  return withQuery(head + [before.join('/') + segment, ...behind].join('/') + tail, taken)
}

function withQuery (reference: string, { query }: Taken): string {
  return query === undefined ? reference : addParameter(reference, query)
}

/** Whether it leads from the place that was asked for to another one: not to another scheme, nor within that place. */
function isRelative (reference: string): boolean {
  return reference !== '' && !/^(#|[a-z][a-z\d+.-]*:)/i.test(reference)
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

/** Whether a path is one, or below it. */
export function isUnder (path: string, base: string): boolean {
  return path.startsWith(base) && (path.length === base.length || /[/?#]/.test(path.charAt(base.length)))
}
