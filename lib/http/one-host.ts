import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { fieldValues } from './fields.ts'
import { memoize } from '../shared/memoize.ts'
import { splitAbsolute } from './request-target.ts'

/**
 * Whether a value is a host, with or without a port. This is stricter than RFC 3986 3.2.2: real hosts have no commas,
 * quotes, percent signs or empty labels, and without commas the host stays one value in `X-Forwarded-Host`.
 */
export const isHost = memoize((value) => {
  const [match, address] = /^(?:(?:[\w~-]|\.(?!\.))+|\[([^\]]*)\])(?::\d{1,5})?$/.exec(value) ?? []
  return match !== undefined && (address === undefined || isIPv6(address))
})

/**
 * Whether a request names exactly one valid host. A second `Host` is refused (RFC 9112 3.2), and so is one that differs
 * from the authority of the target: a resolver, the upstream and the log could each use another one. RFC 9112 3.2.2 lets
 * the authority replace `Host`, but `Host` may already have decided the version, and clients must send the same value in
 * both (RFC 9112 3.2, RFC 9113 8.3.1).
 *
 * @param authority of a target in absolute form
 */
export function namesOneHost ({ raw, host }: FastifyRequest, authority: string | undefined): boolean {
  const fields = fieldValues(raw.rawHeaders, 'host')
  if (fields.length === 1 && fields[0] === host && authority === undefined && raw.headers[':authority'] === undefined) return isHost(host)
  const names = [...fields, raw.headers[':authority'], authority].filter((name) => name !== undefined).map((name) => String(name).toLowerCase())
  // HTTP/1.1 requires the field even if the target names a host, and only HTTP/1.0 requires neither (RFC 9112 3.2).
  if (fields.length === 0 && raw.httpVersion === '1.1') return false
  if (names.length === 0) return raw.httpVersion === '1.0'
  // Fastify takes `host` from a trusted peer's X-Forwarded-Host, if present.
  return fields.length <= 1 && isHost(names[0]!) && names.every((name) => name === names[0]) && isHost(host || names[0]!)
}

/** Shows the host of an HTTP/1.0 request that names it only in its target, so that everything reads the same host. */
export function showHostOfTarget ({ url, httpVersion, headers }: Pick<IncomingMessage, 'url' | 'httpVersion' | 'headers'>): void {
  if (httpVersion !== '1.0' || headers.host !== undefined) return
  const [authority] = splitAbsolute(url!)
  if (authority !== undefined) headers.host = authority
}
