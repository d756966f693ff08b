import type { CorsHeaders, CorsHeadersOptions } from '../types/index.ts'
import { checkResolver } from './config/check-resolver.ts'
import { checkShape } from './config/check-shape.ts'
import { withDefaults } from './config/normalize.ts'
import { corsDefaults } from './config/normalize-gateway.ts'
import { Problems } from './problems/config-problems.ts'
import { corsHeadersSchema } from './config/schemas.ts'

/**
 * Request headers that a page cannot set, or can set without permission (Fetch, 2.2.2: forbidden and CORS-safelisted
 * request-headers).
 */
const notForPages = new Set([
  'accept', 'accept-charset', 'accept-encoding', 'accept-language', 'access-control-request-headers', 'access-control-request-method',
  'access-control-request-private-network', 'connection', 'content-language', 'content-length', 'cookie', 'cookie2', 'date', 'dnt',
  'expect', 'host', 'keep-alive', 'origin', 'range', 'referer', 'set-cookie', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'via', 'x-forwarded-host'
])

/** Response headers that the gateway adds. Pages can read CORS-safelisted ones without permission (Fetch, 2.2.2). */
const ofResponses = ['deprecation', 'sunset', 'link', 'retry-after', 'x-version-reason', 'www-authenticate']

/**
 * Returns the headers that pages of other origins need, as options for `@fastify/cors`.
 *
 * @throws `VERSION_CONFIG_INVALID` with every problem
 *
 * @example
 * await app.register(cors, { origin: 'https://app.acme.io', ...corsHeaders({ override }) })
 */
export function corsHeaders (options: CorsHeadersOptions = {}): CorsHeaders {
  const problems = new Problems()
  checkShape(problems, corsHeadersSchema, options)
  const { override, versionHeader, allowed, exposed } = withDefaults(options ?? {}, corsDefaults)
  const resolvers = 'resolvers' in Object(override) ? (override as { resolvers: unknown }).resolvers : override
  if (Array.isArray(resolvers)) resolvers.forEach((resolver, index) => checkResolver(problems, ['override', index], resolver))
  else problems.add(['override'], 'expected a list of resolvers, or { resolvers }. Pass resolve.override of the gateway.')
  problems.throwIfAny('the options of corsHeaders')

  const read = (resolvers as Array<{ readsHeaders?: string[] }>).flatMap(({ readsHeaders = [] }) => readsHeaders)
  return {
    allowedHeaders: unique(['authorization', 'content-type', ...read.filter(isForPages), ...allowed]),
    exposedHeaders: unique([versionHeader, `${versionHeader}-requested`, ...ofResponses, ...exposed])
  }
}

function isForPages (name: string): boolean {
  return !notForPages.has(name.toLowerCase()) && !/^(sec|proxy)-/i.test(name)
}

function unique (names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.toLowerCase()))]
}
