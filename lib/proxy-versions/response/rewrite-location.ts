import type { FastifyRequest } from 'fastify'
import { contextOf, type RemovedParts } from '../../stage/context.ts'
import type { PublicPrefix } from '../../http/mount-prefix.ts'
import { addParameter } from '../../http/query.ts'
import { hostOf } from '../../http/request-host.ts'
import type { AnnouncedPrefix } from '../request/forwarded-prefix.ts'

/** Rewrites a URL that an upstream gave in `Location` or `Content-Location`. */
export type RewriteLocation = (location: string, request: FastifyRequest) => string

/**
 * Makes the function that maps a URL on a target, or on the host that the client used, to the public URL under the
 * mount's prefix. It restores the segment or parameter that named the version, and hides the target's address. Other URLs
 * stay unchanged.
 *
 * @param hosts names of the cluster: see `insideHosts`
 * @param base replaces the public prefix in forwarded requests, such as `/v2`
 * @param prefixOf returns the prefix that was announced to the upstream
 */
export function locationRewriter (
  hosts: readonly string[], prefix: PublicPrefix, base: string, prefixOf: AnnouncedPrefix
): RewriteLocation {
  const inside = new Set(hosts)

  return (location, request) => {
    const [, authority = '', host = '', path = ''] = /^((?:https?:)?\/\/([^/?#]*))?(.*)$/is.exec(location)!
    const taken = contextOf(request).removedParts ?? {}
    if (authority === '' && !path.startsWith('/')) return isRelative(path) ? withQuery(path, taken) : path
    const isInside = inside.has(host.toLowerCase())
    if (authority !== '' && !isInside && host !== hostOf(request)) return location
    const found = outsidePath(path, { prefix: prefix(request), base, announced: prefixOf(request) }, taken)
    // `http://host?a` is `http://host/?a` (RFC 3986 6.2.3), but `?a` alone is relative to the requested path.
    const outside = found.startsWith('/') ? found : `/${found}`
    return !isInside || host === hostOf(request) ? authority + outside : asPath(outside)
  }
}

/** Makes sure that clients do not read a path such as `//host` or `/\host` as a host (WHATWG URL 4.2). */
function asPath (path: string): string {
  return /^\/[\t\n\r]*[\\/]/.test(path) ? `/.${path}` : path
}

/** The start of public paths, of forwarded paths, and the prefix announced to the upstream. */
interface Places {
  prefix: string
  base: string
  announced: string
}

/** The public path, with the segment or parameter that was removed from the request. */
function outsidePath (path: string, { prefix, base, announced }: Places, taken: RemovedParts): string {
  const { segment = '', segmentsBefore = 0 } = taken
  // An upstream may have believed X-Forwarded-Prefix.
  const isOutside = announced !== '' && isBelow(path, announced)
  if (isOutside && (segment === '' || segmentsBefore === 0)) return withQuery(path, taken)
  if (!isOutside && !isBelow(path, base)) return path
  const [head, rest] = isOutside ? [announced, path.slice(announced.length)] : [prefix, path.slice(base.length)]
  const [, way, tail] = /^([^?#]*)(.*)$/s.exec(rest) as unknown as [string, string, string]
  const segments = way.split('/')
  // The path is too short to have the segment at its position. `fromPath` finds none after an empty segment either.
  if (segments.length <= segmentsBefore || segments.slice(1, segmentsBefore + 1).includes('')) return withQuery(head + rest, taken)
  const [before, behind] = [segments.slice(0, segmentsBefore + 1), segments.slice(segmentsBefore + 1)]
  return withQuery(head + [before.join('/') + segment, ...behind].join('/') + tail, taken)
}

function withQuery (reference: string, { query }: RemovedParts): string {
  return query === undefined ? reference : addParameter(reference, query)
}

/** Whether a reference is relative to the requested URL: no fragment, and no scheme. */
function isRelative (reference: string): boolean {
  return reference !== '' && !/^(#|[a-z][a-z\d+.-]*:)/i.test(reference)
}

/**
 * The names by which a cluster may refer to itself: its targets, with and without the default port, and the `Host` that
 * the config sends.
 */
export function insideHosts (addresses: readonly string[], host: string): string[] {
  const named = host === 'target' || host === 'client' ? [] : [host.toLowerCase()]
  return [...named, ...addresses.flatMap((address) => {
    if (address.startsWith('unix+')) return ['localhost']
    const url = new URL(address)
    return [url.host, `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`]
  })]
}

/** Whether a path equals `base` or lies below it. */
export function isBelow (path: string, base: string): boolean {
  return path.startsWith(base) && (path.length === base.length || /[/?#]/.test(path.charAt(base.length)))
}

/** Rewrites the targets of a `Link` (RFC 8288 3). Quoted parameters stay unchanged. */
export function rewriteLinks (value: string, rewrite: (reference: string) => string): string {
  return value.replaceAll(/"(?:[^"\\]|\\.)*"|<([^<>]*)>/g, (match, reference?: string) => reference === undefined ? match : `<${rewrite(reference)}>`)
}

/** Rewrites the URL of a `Refresh`, as in `5; url=/orders` or `5; /orders` (HTML 2.4.9, 7.4.6.3). */
export function rewriteRefresh (value: string, rewrite: (reference: string) => string): string {
  const [, before, quote, reference] = /^(\s*[\d.]+\s*[;,]?\s*(?:url\s*=\s*)?)(["']?)([^"']*)\2\s*$/is.exec(value) ?? []
  return reference === undefined ? value : before! + quote! + rewrite(reference.trim()) + quote!
}
