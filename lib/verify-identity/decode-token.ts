import { tokenInvalid } from '../errors.ts'
import type { Jwt } from './jwt.ts'
import type { KeyHint } from './key-source.ts'

/** What a token says of itself before anything is verified. It selects the provider and its key, nothing else. */
export interface UnverifiedToken {
  readonly issuer: unknown
  readonly hint: KeyHint
}

/** Longest token that is looked at, in characters. */
const longest = 16 * 1024

/** Reads a token without believing it. @throws `TOKEN_INVALID` */
export function decodeToken (jwt: Jwt, token: string): UnverifiedToken {
  if (token.length > longest) throw tokenInvalid({}, 'The token is too long.')
  let decoded
  try {
    decoded = jwt.decode(token)
  } catch (cause) {
    throw tokenInvalid({ cause }, 'The token is malformed.')
  }

  const { header: { alg, kid, ...others }, payload } = decoded
  const isUnderstood = isName(alg) && (kid === undefined || isName(kid)) &&
    // They change what the token means, and none is known here (RFC 7515 4.1.11, RFC 7797 7).
    !Object.hasOwn(others, 'crit') && !Object.hasOwn(others, 'b64')
  if (!isUnderstood) throw tokenInvalid({}, 'The token is malformed.')
  return { issuer: payload.iss, hint: { alg, kid } }
}

/** Text without lone surrogates, which no URL and no cache key can be made of. */
function isName (value: unknown): value is string {
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value)
}
