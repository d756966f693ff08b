import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problems, showNames } from '../../problems/config-problems.ts'

/** Options of @fastify/jwt that decide where a token is. */
export interface LookupOptions {
  readonly extractToken?: unknown
  readonly onlyCookie?: boolean
  /** The result of a verification has all parts of the token. */
  readonly complete?: boolean
}

/** The decorator `app.jwt`, or that of a namespace in it. */
export interface Jwt {
  readonly options: { readonly verify?: LookupOptions }
  readonly cookie?: { readonly cookieName: string }
  lookupToken (request: FastifyRequest, options?: LookupOptions): string
}

/** Where @fastify/jwt looks for a token. */
export interface Lookup {
  readonly options: LookupOptions
  /** Whether it reads `Authorization` itself. */
  readonly readsHeader: boolean
}

/** Returns where a token is. @param verify options of `request.jwtVerify()` */
export function lookupOf ({ options }: Jwt, verify: object = {}): Lookup {
  const nested = (verify as { verify?: LookupOptions }).verify ?? verify as LookupOptions
  const given = Object.entries(nested).filter(([, value]) => value !== undefined)
  const all: LookupOptions = { ...options.verify, ...Object.fromEntries(given) }
  return { options: all, readsHeader: typeof all.extractToken !== 'function' && all.onlyCookie !== true }
}

/**
 * Returns the decorator of @fastify/jwt.
 *
 * @throws `VERSION_CONFIG_INVALID` if the scope does not have it, or not yet
 */
export function findJwt (app: FastifyInstance, namespace: string | undefined, method: string): Jwt {
  const { jwt } = app as unknown as { jwt?: Jwt & Record<string, Jwt> }
  const found = namespace === undefined ? jwt : jwt?.[namespace]
  if (found !== undefined && typeof found.lookupToken === 'function' && app.hasRequestDecorator(method)) return found
  throw refused(whyMissing(jwt, found, namespace, method))
}

function whyMissing (jwt: object | undefined, found: Jwt | undefined, namespace: string | undefined, method: string): string {
  if (jwt === undefined) {
    return '@fastify/jwt is not registered in the scope of the gateway or one around it. Install it, and register it before the gateway: ' +
      'await app.register(fastifyJwt, { secret }).'
  }
  const names = Object.keys(jwt).filter((name) => typeof (jwt as Record<string, Partial<Jwt>>)[name]?.lookupToken === 'function')
  const known = names.length === 0 ? 'It has none.' : `Known: ${showNames(names)}.`
  if (namespace === undefined) return `@fastify/jwt is registered with a namespace. Write fromFastifyJwt({ namespace }). ${known}`
  if (found === undefined) return `@fastify/jwt has no namespace '${namespace}' in the scope of the gateway. ${known} Register it before the gateway.`
  return `there is no request.${method}(). Write the name that @fastify/jwt has for it: fromFastifyJwt({ namespace: '${namespace}', jwtVerify }).`
}

interface Given {
  readonly verify: object | undefined
  readonly readsHeaders: readonly string[] | undefined
}

/** Returns the headers that may have a token. @throws `VERSION_CONFIG_INVALID` if they are unknown, or cannot be read */
export function headersOf (app: FastifyInstance, jwt: Jwt, { verify, readsHeaders }: Given): readonly string[] {
  const { options, readsHeader } = lookupOf(jwt, verify)
  if (jwt.cookie !== undefined && !app.hasDecorator('parseCookie')) {
    throw refused(`@fastify/jwt reads the cookie '${jwt.cookie.cookieName}', but @fastify/cookie is not registered. Register it before the gateway.`)
  }
  if (readsHeaders !== undefined) return readsHeaders
  if (typeof options.extractToken === 'function') {
    throw refused("extractToken of @fastify/jwt may read any header. Name those that it reads: fromFastifyJwt({ readsHeaders: ['x-token'] }).")
  }
  return [...readsHeader ? ['authorization'] : [], ...jwt.cookie === undefined ? [] : ['cookie']]
}

function refused (sentence: string): Error {
  const problems = new Problems()
  problems.add(['identity', 'from'], sentence)
  return problems.toError('the gateway config')
}
