import type { FastifyRequest } from 'fastify'

/**
 * Whether a request is a CORS preflight (Fetch, section 3.3.7). It carries neither credentials nor custom
 * headers, so it has no identity and no version of its own.
 */
export function isPreflight ({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}

/** What a preflight's answer depends on, whoever gives it (Fetch, section 3.3.5). */
export const preflightHeaders = ['origin', 'access-control-request-method', 'access-control-request-headers']
