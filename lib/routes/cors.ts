import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RouteCors } from '../../types/index.ts'
import { isPreflight } from '../http/preflight.ts'
import { addVary } from '../http/vary.ts'

/** The methods that need no permission (Fetch, 2.2.1: CORS-safelisted methods). */
const safelisted = ['GET', 'HEAD', 'POST']

/**
 * Adds the headers that let pages of the allowed origins read a response (Fetch, 3.3.5), and responds to preflights. The response to
 * a page of another origin has none of them, so its browser withholds it.
 */
export function applyCors (cors: RouteCors, request: FastifyRequest, reply: FastifyReply): void {
  const { origin } = request.headers
  // Caches must not give the response for one origin to another.
  addVary(reply, ['origin'])
  const isAllowed = origin !== undefined && cors.origins.some((allowed) => matchesOrigin(allowed, origin))
  const isAsked = isPreflight(request)
  if (isAllowed) reply.headers(permissions(cors, origin))
  if (isAllowed && isAsked) reply.headers(preflightPermissions(cors, request))
  if (isAsked) reply.code(204).send()
}

/** Takes back what a rule permits, because another one applies. */
export function withdrawCors (reply: FastifyReply): void {
  for (const name of ['allow-origin', 'allow-credentials', 'expose-headers']) reply.removeHeader(`access-control-${name}`)
}

function permissions ({ origins, exposed = [], credentials = false }: RouteCors, origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origins.includes('*') && !credentials ? '*' : origin,
    ...credentials && { 'access-control-allow-credentials': 'true' },
    ...exposed.length > 0 && { 'access-control-expose-headers': exposed.join(', ') }
  }
}

function preflightPermissions (cors: RouteCors, request: FastifyRequest): Record<string, string> {
  const { methods = safelisted, headers = [], credentials = false, maxAge = 5 } = cors
  const { 'access-control-request-method': method, 'access-control-request-headers': names } = request.headers
  // With credentials, a wildcard would be taken literally (Fetch, 3.3.4).
  const listed = (allowed: readonly string[], requested: string | undefined): string =>
    !allowed.includes('*') ? allowed.join(', ') : credentials ? requested ?? '' : '*'
  const allowedHeaders = listed(headers, names)
  return {
    'access-control-allow-methods': listed(methods, method),
    ...allowedHeaders !== '' && { 'access-control-allow-headers': allowedHeaders },
    'access-control-max-age': String(maxAge)
  }
}

/** Whether an origin is allowed: exactly, by `*`, or by a wildcard for labels of the host: `https://*.example.com`. */
function matchesOrigin (allowed: string, origin: string): boolean {
  if (allowed === '*') return true
  const [scheme, suffix] = allowed.toLowerCase().split('*') as [string, string?]
  const asked = origin.toLowerCase()
  if (suffix === undefined) return asked === scheme
  return asked.length > scheme.length + suffix.length && asked.startsWith(scheme) && asked.endsWith(suffix) &&
    /^[a-z\d.-]+$/.test(asked.slice(scheme.length, asked.length - suffix.length))
}
