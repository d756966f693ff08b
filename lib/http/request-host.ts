import type { FastifyRequest } from 'fastify'

/** The host of a request, with its port. HTTP/1.0 needs none: then it is empty, which early versions of Fastify 5 leave undefined. */
export function hostOf (request: FastifyRequest): string {
  return (request.host as string | undefined) ?? ''
}

/** The host of a request, without its port. Early versions of Fastify 5 throw if there is none. */
export function hostnameOf (request: FastifyRequest): string {
  try {
    return request.hostname
  } catch {
    return ''
  }
}
