import type { FastifyRequest } from 'fastify'

/**
 * Returns the host of a request with its port, or an empty string if an HTTP/1.0 request has no host. Early versions of Fastify 5
 * return undefined then.
 */
export function hostOf (request: FastifyRequest): string {
  return (request.host as string | undefined) ?? ''
}

/** Returns the host of a request without its port, or an empty string. Early versions of Fastify 5 throw if a request has no host. */
export function hostnameOf (request: FastifyRequest): string {
  try {
    return request.hostname
  } catch {
    return ''
  }
}
