import type { FastifyRequest } from 'fastify'
import { invalidToken, type TokenCheck } from '../invalid-token.ts'
import type { Jwt, Lookup } from './decorators.ts'

/** The checks for which @fastify/jwt, fast-jwt and get-jwks have specific codes. */
const checks: Readonly<Record<string, TokenCheck>> = {
  FST_JWT_BAD_REQUEST: 'credentials',
  FST_JWT_NO_AUTHORIZATION_IN_COOKIE: 'credentials',
  FST_JWT_AUTHORIZATION_TOKEN_EXPIRED: 'expired',
  FAST_JWT_EXPIRED: 'expired',
  FAST_JWT_INACTIVE: 'not-before',
  FAST_JWT_INVALID_ALGORITHM: 'algorithm',
  FAST_JWT_MALFORMED: 'malformed',
  FAST_JWT_MISSING_SIGNATURE: 'signature',
  FAST_JWT_INVALID_SIGNATURE: 'signature',
  FAST_JWT_VERIFY_ERROR: 'signature',
  JWK_NOT_FOUND: 'key',
  DOMAIN_NOT_ALLOWED: 'issuer'
}

/** Errors of fast-jwt that do not concern the token. */
const ofConfig = new Set(['FAST_JWT_INVALID_OPTION', 'FAST_JWT_MISSING_KEY', 'FAST_JWT_KEY_FETCHING_ERROR', 'FAST_JWT_SIGN_ERROR'])

/** Whether a verification failed because the request has no token. */
export function isWithoutToken (error: unknown, request: FastifyRequest, { cookie }: Jwt, { options }: Lookup): boolean {
  const code = codeOf(error)
  if (code === 'FST_JWT_NO_AUTHORIZATION_IN_HEADER') return true
  // The plugin reports a cookie with an invalid signature as an absent one.
  if (code === 'FST_JWT_NO_AUTHORIZATION_IN_COOKIE') return !hasCookie(request, cookie!.cookieName)
  return code === 'FST_JWT_BAD_REQUEST' && typeof options.extractToken === 'function'
}

/** Returns the refusal of an invalid token. Other errors stay unchanged, such as that of a secret that cannot be fetched. */
export function tokenError (error: unknown): unknown {
  const code = codeOf(error)
  const isOfToken = Object.hasOwn(checks, code) || (/^(FST|FAST)_JWT_/.test(code) && !ofConfig.has(code))
  return isOfToken ? invalidToken(checks[code] ?? 'verifier', { cause: error }) : error
}

function hasCookie (request: FastifyRequest, name: string): boolean {
  const { cookies } = request as { cookies?: Record<string, unknown> }
  return Boolean(cookies?.[name])
}

function codeOf (error: unknown): string {
  return String((error as { code?: unknown } | null | undefined)?.code)
}
