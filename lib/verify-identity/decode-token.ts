import type { Claims } from '../../types/index.ts'
import { parseObject } from '../identity/strict-json.ts'
import { remembered } from '../remembered.ts'
import { invalidToken } from './invalid-token.ts'
import type { KeyHint } from './key-source.ts'

/** What a token says of itself before anything is verified. It selects the provider and its key, nothing else. */
export interface UnverifiedToken {
  /** Nobody's word yet. */
  readonly claims: Claims
  readonly typ: unknown
  readonly hint: KeyHint
}

/** Longest token that is looked at by default, in characters. */
export const defaultMaxTokenBytes = 16 * 1024

/** Reads a token without believing it. @throws `TOKEN_INVALID` */
export function decodeToken (token: string, longest = defaultMaxTokenBytes): UnverifiedToken {
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

/** All tokens that were signed with a key have the same header. */
const headerOf = remembered((part): Pick<UnverifiedToken, 'typ' | 'hint'> => {
  const header = parseObject(Buffer.from(part, 'base64url'))
  const { alg, kid, typ } = header
  if (!isName(alg) || (kid !== undefined && !isName(kid)) || changesMeaning(header)) throw new SyntaxError('the header is not understood')
  return { typ, hint: { alg, kid } }
})

/** Three parts of base64url (RFC 7515 3.1). */
const threeParts = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** The last characters that a part of so many characters beyond a multiple of four can have; other ones have bits that no byte has. */
const lastCharacters = ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', '', 'AQgw', 'AEIMQUYcgkosw048']

/** Whether a part has no spare bits (RFC 4648 3.5): the same bytes in another spelling would be another token to a cache or a deny list. */
function isExact (part: string): boolean {
  return lastCharacters[part.length % 4]!.includes(part.at(-1)!)
}

/** Members that change what a token means; none is known here (RFC 7515 4.1.11, RFC 7797 7). */
function changesMeaning (header: object): boolean {
  return Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')
}

/** Text without lone surrogates, which no cache key can be made of. */
function isName (value: unknown): value is string {
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value)
}
