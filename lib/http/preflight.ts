import type { FastifyRequest } from 'fastify'

/**
 * Whether a request is a CORS preflight (Fetch, section 3.3.7). A preflight has neither credentials nor custom headers, so it
 * has no identity and names no version.
 */
export function isPreflight ({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}

/** The headers that responses to preflights depend on, whether the gateway or an upstream responds (Fetch, section 3.3.5). */
export const preflightHeaders = ['origin', 'access-control-request-method', 'access-control-request-headers']
