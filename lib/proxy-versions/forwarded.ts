import type { FastifyRequest } from 'fastify'

/** How the gateway is called in `Via` (RFC 9110 7.6.3: a pseudonym, so that no host name of the inside is told). */
const pseudonym = 'version-gateway'

/** The headers that tell of the way a request has come. A client's own are never passed on as they are. */
export const forwardedHeaders = ['x-forwarded-*', 'forwarded', 'x-real-ip'] as const

/**
 * Adds what the gateway knows of the client: names and values in turn. Earlier hops are believed only as far
 * as Fastify's `trustProxy` says: `request.ips` has the trusted ones, nearest first.
 */
export function pushForwarded (headers: string[], request: FastifyRequest): void {
  headers.push(...request.ips === undefined ? fieldsOfConnection(request) : fieldsOf(request, request.ips.map(addressOf).reverse()))
}

/**
 * Whether Fastify's `trustProxy` trusts whoever has opened the connection. Fastify keeps that to itself, but asks it
 * before it takes a host from `X-Forwarded-Host`: here from one that stands in.
 */
export function isPeerTrusted (request: FastifyRequest): boolean {
  if (request.ips === undefined) return false
  const { host } = Object.create(request, { headers: { value: { 'x-forwarded-host': 'trusted' } } }) as FastifyRequest
  return host === 'trusted'
}

interface Hop {
  readonly ip: string
  readonly protocol: string
  readonly host: string
  readonly httpVersion: string
  readonly fields: readonly string[]
}

/** What was said of the last request of a connection: of the next it is nearly always the same. */
const lastHops = new WeakMap<object, Hop>()

function fieldsOfConnection (request: FastifyRequest): readonly string[] {
  const { ip, protocol, host, raw: { socket, httpVersion } } = request
  const last = lastHops.get(socket)
  // A hook of the app's may set address and protocol for each request of a connection.
  if (last?.host === host && last.ip === ip && last.protocol === protocol && last.httpVersion === httpVersion) return last.fields
  const fields = fieldsOf(request, [addressOf(request.ip)])
  // A stream of HTTP/2 that is gone has none.
  if (socket !== undefined) lastHops.set(socket, { ip, protocol, host, httpVersion, fields })
  return fields
}

/** @param chain addresses, the farthest first */
function fieldsOf (request: FastifyRequest, chain: readonly string[]): string[] {
  const { host, protocol, raw: { httpVersion } } = request
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
 * An address as upstreams compare it. A listener for IPv6 and IPv4 names IPv4 clients `::ffff:10.0.0.1` (RFC 4291
 * 2.5.5.2). A peer on a unix socket has no address.
 */
function addressOf (ip: string | undefined): string {
  if (ip === undefined) return 'unknown'
  return /^::ffff:(?=\d+\.)/i.test(ip) ? ip.slice(7) : ip
}

/** An address in `Forwarded`: IPv6 in brackets and quotes (RFC 7239 6). */
function node (address: string): string {
  return address.includes(':') ? `"[${address}]"` : address
}

/** Quoted, because of the port's colon (RFC 7239 4). A host that cannot be quoted is left out. */
function hostPair (host: string): string {
  return host === '' || /["\\]/.test(host) ? '' : `;host="${host}"`
}
