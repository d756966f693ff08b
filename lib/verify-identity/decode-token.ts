import type { Claims } from '../../types/index.ts'
import { parseObject } from '../identity/strict-json.ts'
import { memoize } from '../shared/memoize.ts'
import { invalidToken } from './invalid-token.ts'
import type { KeyHint } from './keys/key-source.ts'

/** An unverified token. It may only be used to select the provider and its key. */
export interface UnverifiedToken {
  /** Not to be trusted before the signature is verified. */
  readonly claims: Claims
  readonly typ: unknown
  readonly hint: KeyHint
}

/** Decodes a token without verifying it. @param longest in characters @throws `TOKEN_INVALID` */
export function decodeToken (token: string, longest: number): UnverifiedToken {
  if (token.length > longest) throw invalidToken('size', { found: token.length, expected: longest })
  const parts = token.split('.')
  if (!threeParts.test(token) || !parts.every(isExact)) throw invalidToken('malformed')
  try {
    const { typ, hint } = headerOf(parts[0]!)
    return { claims: parseObject(Buffer.from(parts[1]!, 'base64url')), typ, hint }
  } catch (cause) {
    throw invalidToken('malformed', { cause })
  }
}

/**
 * Whether a token is not a JSON Web Token. It is one if its header is a JSON object in any spelling, so that a token which a
 * lenient upstream could read is never taken for opaque. Only the upstream can read an encrypted token (RFC 7516), which
 * has five parts.
 */
export function isOpaque (token: string): boolean {
  const parts = token.split('.')
  return parts.length === 1 || !startsObject(parts[0]!) || (parts.length === 5 && isEncrypted(parts[0]!))
}

function startsObject (part: string): boolean {
  return /^[\s\0\uFEFF\uFFFD]*\{/.test(Buffer.from(part, 'base64url').toString())
}

function isEncrypted (part: string): boolean {
  try {
    return Object.hasOwn(parseObject(Buffer.from(part, 'base64url')), 'enc')
  } catch {
    return false
  }
}

/** The result is cached, because all tokens signed with the same key have the same header. */
const headerOf = memoize((part): Pick<UnverifiedToken, 'typ' | 'hint'> => {
  const header = parseObject(Buffer.from(part, 'base64url'))
  const { alg, typ } = header
  const kid = header.kid ?? undefined
  if (!isName(alg) || (kid !== undefined && !isName(kid)) || changesMeaning(header)) throw new SyntaxError('the header is not understood')
  return { typ, hint: { alg, kid } }
})

/** Three parts of base64url (RFC 7515 3.1). */
const threeParts = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Valid last characters of a part, by its length modulo four. Other characters would have spare bits set. */
const lastCharacters = ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', '', 'AQgw', 'AEIMQUYcgkosw048']

/** Whether a part has no spare bits set (RFC 4648 3.5): otherwise one token would have several spellings for a cache or a deny list. */
function isExact (part: string): boolean {
  return lastCharacters[part.length % 4]!.includes(part.at(-1)!)
}

/** Whether a header has members that change the meaning of a token. None is supported (RFC 7515 4.1.11, RFC 7797 7). */
function changesMeaning (header: object): boolean {
  return Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')
}

/** Whether a value is a string without lone surrogates, so that it can be part of a cache key. */
function isName (value: unknown): value is string {
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value)
}
