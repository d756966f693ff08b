import type { FastifyRequest } from 'fastify'
import { hostOf } from '../../http/request-host.ts'

/** The gateway's name in `Via`: a pseudonym, which reveals no internal host name (RFC 9110 7.6.3). */
const pseudonym = 'version-gateway'

/** Headers that describe the path of a request. A client's own values are never passed on unchanged. */
export const forwardedHeaders = ['x-forwarded-*', 'forwarded', 'x-real-ip'] as const

/**
 * Adds what the gateway knows about the client, as alternating names and values. Earlier hops only count if
 * Fastify's `trustProxy` trusts them: `request.ips` has the trusted ones, nearest first.
 */
export function pushForwarded (headers: string[], request: FastifyRequest): void {
  headers.push(...request.ips === undefined ? fieldsOfConnection(request) : fieldsOf(request, request.ips.map(addressOf).reverse()))
}

interface Hop {
  readonly ip: string
  readonly protocol: string
  readonly host: string
  readonly httpVersion: string
  readonly fields: readonly string[]
}

/** The last fields of each connection. The next request nearly always gets the same ones. */
const lastHops = new WeakMap<object, Hop>()

function fieldsOfConnection (request: FastifyRequest): readonly string[] {
  const { ip, protocol, raw: { socket, httpVersion } } = request
  const host = hostOf(request)
  const last = lastHops.get(socket)
  // A hook of the app may change the address and the protocol for each request.
  if (last?.host === host && last.ip === ip && last.protocol === protocol && last.httpVersion === httpVersion) return last.fields
  const fields = fieldsOf(request, [addressOf(request.ip)])
  // A destroyed HTTP/2 stream has no socket.
  if (socket !== undefined) lastHops.set(socket, { ip, protocol, host, httpVersion, fields })
  return fields
}

/** @param chain addresses, the farthest first */
function fieldsOf (request: FastifyRequest, chain: readonly string[]): string[] {
  const { protocol, raw: { httpVersion } } = request
  const host = hostOf(request)
  const fields = [
    'x-forwarded-for', chain.join(', '),
    'x-forwarded-proto', protocol,
    'x-real-ip', addressOf(request.ip),
    'forwarded', chain.map((hop, index) => `for=${node(hop)}${index === 0 ? `;proto=${protocol}${hostPair(host)}` : ''}`).join(', '),
    'via', `${httpVersion} ${pseudonym}`
  ]
  return host === '' ? fields : [...fields, 'x-forwarded-host', host]
}

/**
 * Normalizes an address, so that upstreams can compare it. A dual-stack listener reports IPv4 clients as
 * `::ffff:10.0.0.1` (RFC 4291 2.5.5.2). A peer on a Unix socket has no address.
 */
function addressOf (ip: string | undefined): string {
  if (ip === undefined) return 'unknown'
  return /^::ffff:(?=\d+\.)/i.test(ip) ? ip.slice(7) : ip
}

/** An address for `Forwarded`: IPv6 needs brackets and quotes (RFC 7239 6). */
function node (address: string): string {
  return address.includes(':') ? `"[${address}]"` : address
}

/** Quotes the host, because a port has a colon (RFC 7239 4). A host that cannot be quoted is left out. */
function hostPair (host: string): string {
  return host === '' || /["\\]/.test(host) ? '' : `;host="${host}"`
}
