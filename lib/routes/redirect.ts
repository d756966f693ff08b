import type { RouteRedirect } from '../../types/index.ts'
import { pathBehindSegments } from '../http/mounted-prefix.ts'

/** The URL of a request, as the client sees it. */
interface PublicUrl {
  readonly scheme: string
  /** Host name, without port. An IPv6 address has brackets. */
  readonly host: string
  /** Empty for the default port of the scheme. */
  readonly port: string
  /** The gateway's prefix. */
  readonly prefix: string
  /** The path behind the prefix. */
  readonly path: string
  /** With the `?`, or empty. */
  readonly query: string
}

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' }

/**
 * Returns the `Location` of a redirect. A port that is the default of the scheme is left out. Without `port`, a new scheme has its
 * default port, and the same scheme that of the request.
 *
 * @param matched the prefix that the rule matched, which `path.prefix` replaces
 */
export function redirectLocation ({ scheme, host, port, path }: RouteRedirect, url: PublicUrl, matched: string | null): string {
  const newScheme = scheme ?? url.scheme
  const newPort = port?.toString() ?? (scheme === undefined || scheme === url.scheme ? url.port : '')
  const authority = (host ?? url.host) + (newPort === '' || newPort === defaultPorts[newScheme] ? '' : `:${newPort}`)
  return `${newScheme}://${authority}${url.prefix}${newPath(path, url.path, matched)}${url.query}`
}

function newPath (rewrite: RouteRedirect['path'], path: string, matched: string | null): string {
  if (rewrite === undefined) return path
  if ('full' in rewrite) return rewrite.full
  const rest = pathBehindSegments(path, (matched ?? '').split('/').length - 1)
  const replaced = rewrite.prefix.replace(/\/$/, '') + rest
  return replaced === '' ? '/' : replaced
}
