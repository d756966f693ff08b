import type { FastifyRequest } from 'fastify'

/** An address for documentation (RFC 5737). */
const madeUp = '192.0.2.1'

/** Whether Fastify's `trustProxy` reads a header. */
export function isReadFromProxies (name: string): boolean {
  return /^x-forwarded-(for|host|proto)$/i.test(name)
}

/**
 * Whether Fastify's `trustProxy` trusts the peer of the connection. Fastify does not expose this, but it only
 * lists addresses from `X-Forwarded-For` if a trusted peer has sent them, so a made-up address shows whether it does.
 */
export function isPeerTrusted (request: FastifyRequest): boolean {
  const { raw: { socket } } = request
  // A destroyed HTTP/2 stream has no socket.
  if (request.ips === undefined || (socket as typeof socket | undefined) === undefined) return false
  const raw = { headers: { 'x-forwarded-for': madeUp }, socket }
  const { ips } = Object.create(request, { raw: { value: raw } }) as FastifyRequest
  return ips!.length > 1
}
