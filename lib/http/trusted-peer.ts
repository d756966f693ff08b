import type { FastifyRequest } from 'fastify'

/** Whether Fastify's `trustProxy` reads a header. */
export function isReadFromProxies (name: string): boolean {
  return /^x-forwarded-(for|host|proto)$/i.test(name)
}

/**
 * Whether Fastify's `trustProxy` trusts the peer of the connection. Fastify does not expose this, but it only reads
 * `X-Forwarded-Host` from a trusted peer, so a made-up value shows whether it does.
 */
export function isPeerTrusted (request: FastifyRequest): boolean {
  if (request.ips === undefined) return false
  const { host } = Object.create(request, { headers: { value: { 'x-forwarded-host': 'trusted' } } }) as FastifyRequest
  return host === 'trusted'
}
