import type { FastifyRequest } from 'fastify'
import { takenOut } from '../stage/hand-over.ts'
import { mountPrefix } from '../url/mount.ts'

/** How the gateway is called in `Via` (RFC 9110 7.6.3: a pseudonym, so that no host name of the inside is told). */
const pseudonym = 'version-gateway'

/** The headers that tell of the way a request has come. A client's own are never passed on as they are. */
export const forwardedHeaders = ['x-forwarded-*', 'forwarded', 'x-real-ip'] as const

/**
 * Adds what the gateway knows of the client: names and values in turn. Earlier hops are believed only as far
 * as Fastify's `trustProxy` says: `request.ips` has the trusted ones, nearest first.
 */
export function pushForwarded (headers: string[], request: FastifyRequest): void {
  const { ips, host, protocol, raw } = request
  // A peer on a unix socket has no address.
  const ip = request.ip ?? 'unknown'
  const chain = ips === undefined ? [ip] : [...ips].reverse()
  headers.push(
    'x-forwarded-for', chain.join(', '),
    'x-forwarded-proto', protocol,
    'x-real-ip', ip,
    'forwarded', chain.map((hop, index) => `for=${node(hop)}${index === 0 ? `;proto=${protocol}${hostPair(host)}` : ''}`).join(', '),
    'via', `${raw.httpVersion} ${pseudonym}`
  )
  if (host !== '') headers.push('x-forwarded-host', host)
  // So that links of the upstream's lead back. A segment that others came before is no prefix.
  const { segment, segmentsBefore = 0 } = takenOut.get(request) ?? {}
  if (segment !== undefined && segmentsBefore === 0) headers.push('x-forwarded-prefix', mountPrefix(request) + segment)
}

/** An address in `Forwarded`: IPv6 in brackets and quotes (RFC 7239 6). */
function node (address: string): string {
  return address.includes(':') ? `"[${address}]"` : address
}

/** Quoted, because of the port's colon (RFC 7239 4). A host that cannot be quoted is left out. */
function hostPair (host: string): string {
  return host === '' || /["\\]/.test(host) ? '' : `;host="${host}"`
}
