import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FromFastifyJwtOptions, IdentityVerifier } from '../../types/index.ts'
import { parseObject } from '../identity/strict-json.ts'
import { madeHere } from '../shared/copy.ts'
import { deepFreeze, frozenCopy } from '../shared/frozen-copy.ts'
import { findJwt, headersOf, type Jwt, type LookupOptions, lookupOf } from './fastify-jwt/decorators.ts'
import { isWithoutToken, tokenError } from './fastify-jwt/errors.ts'
import { invalidToken } from './invalid-token.ts'
import { tokenSource } from './token-source.ts'

type Verify = (options?: object) => Promise<unknown>

const bearer = tokenSource({ header: 'authorization', prefix: 'Bearer ' })

/**
 * Identifies callers with the app's own @fastify/jwt, which must be registered before the gateway. The gateway calls
 * `request.jwtVerify()` before it decides the version, so that the decision knows the caller even if routes verify tokens themselves,
 * with `onRequest: [app.authenticate]`. A request without a token is anonymous; an invalid token gets 401.
 *
 * The claims are those of the token. Members that `formatUser` adds or changes take precedence.
 *
 * @example
 * await app.register(fastifyJwt, { secret })
 * await app.register(versionGateway, {
 *   versions,
 *   identity: { from: fromFastifyJwt({ claimsToHeaders: [{ claim: 'sub', header: 'x-user-id' }] }) },
 *   resolve: { pin: [fromClaim('version')] }
 * })
 */
export function fromFastifyJwt (options: FromFastifyJwtOptions = {}): IdentityVerifier {
  const { namespace, jwtVerify, verify, readsHeaders, ...others } = options
  const method = namespace === undefined ? 'jwtVerify' : jwtVerify ?? `${namespace}JwtVerify`
  return {
    name: 'fastify-jwt',
    ...others,
    ...madeHere,
    readsHeaders: (app: FastifyInstance) => headersOf(app, findJwt(app, namespace, method), { verify, readsHeaders }),
    read: async (request: FastifyRequest) => await readWith(request, findJwt(request.server, namespace, method), method, verify)
  }
}

async function readWith (request: FastifyRequest, jwt: Jwt, method: string, verify: object | undefined): Promise<object | null> {
  const lookup = lookupOf(jwt, verify)
  // Node keeps only the first of two fields, and @fastify/jwt ignores what it cannot read.
  if (lookup.readsHeader && bearer.find(request.raw).kind === 'malformed') throw invalidToken('credentials')
  const withdrawCookies = jwt.cookie === undefined ? null : provideCookies(request)
  try {
    const user = await (request as unknown as Record<string, Verify>)[method]!(verify)
    return claimsOf(jwt.lookupToken(request, lookup.options), user, lookup.options)
  } catch (error) {
    if (isWithoutToken(error, request, jwt, lookup)) return null
    throw tokenError(error)
  } finally {
    withdrawCookies?.()
  }
}

/** Parses cookies if @fastify/cookie does so only later, in another hook. @returns restores the request; `null` if it did so already */
function provideCookies (request: FastifyRequest): (() => void) | null {
  const holder = request as FastifyRequest & { cookies?: object | null }
  const { cookies } = holder
  if ((cookies ?? null) !== null) return null
  const { parseCookie } = request.server as FastifyInstance & { parseCookie: (header: string) => object }
  holder.cookies = parseCookie(request.raw.headers.cookie ?? '')
  return () => { holder.cookies = cookies! }
}

/** Returns the claims of a verified token, with the members of `request.user` if `formatUser` has made another object of them. */
function claimsOf (token: string, user: unknown, { complete }: LookupOptions): object {
  const payload = Buffer.from(token.split('.')[1]!, 'base64url')
  const claims = parsed(payload)
  // With `complete`, the user is the token with its parts.
  const isOther = complete !== true && !isDeepStrictEqual(user, claims) && !isDeepStrictEqual(user, JSON.parse(payload.toString()))
  if (isOther && typeof user === 'object' && user !== null) return Object.freeze({ ...claims, ...frozenCopy(user) })
  deepFreeze(claims)
  return claims
}

/** @throws `TOKEN_INVALID` for claims that parsers read differently, such as duplicate ones */
function parsed (payload: Buffer): object {
  try {
    return parseObject(payload)
  } catch (cause) {
    throw invalidToken('malformed', { cause })
  }
}
