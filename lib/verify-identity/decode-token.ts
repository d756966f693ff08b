import { tokenInvalid } from '../errors.ts'
import { parseObject } from '../identity/strict-json.ts'
import type { KeyHint } from './key-source.ts'

/** What a token says of itself before anything is verified. It selects the provider and its key, nothing else. */
export interface UnverifiedToken {
  readonly issuer: unknown
  readonly typ: unknown
  readonly hint: KeyHint
}

/** Longest token that is looked at, in characters. */
const longest = 16 * 1024

/** Reads a token without believing it. @throws `TOKEN_INVALID` */
export function decodeToken (token: string): UnverifiedToken {
  if (token.length > longest) throw tokenInvalid({}, 'The token is too long.')
  const parts = token.split('.')
  if (parts.length !== 3 || !parts.every(isBase64url)) throw tokenInvalid({}, 'The token is malformed.')
  try {
    const [header, payload] = [parts[0]!, parts[1]!].map((part) => parseObject(Buffer.from(part, 'base64url')))
    const { alg, kid, typ } = header!
    if (!isName(alg) || (kid !== undefined && !isName(kid)) || changesMeaning(header!)) throw new SyntaxError('the header is not understood')
    return { issuer: payload!['iss'], typ, hint: { alg, kid } }
  } catch (cause) {
    throw tokenInvalid({ cause }, 'The token is malformed.')
  }
}

/** Text without spare bits (RFC 4648 3.5): the same bytes in another spelling would be another token to a cache or a deny list. */
function isBase64url (part: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(part) && part.length % 4 !== 1 &&
    (part.length % 4 === 0 || Buffer.from(part, 'base64url').toString('base64url') === part)
}

/** Members that change what a token means; none is known here (RFC 7515 4.1.11, RFC 7797 7). */
function changesMeaning (header: object): boolean {
  return Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')
}

/** Text without lone surrogates, which no cache key can be made of. */
function isName (value: unknown): value is string {
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value)
}
