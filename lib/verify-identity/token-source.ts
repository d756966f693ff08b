import type { IncomingMessage } from 'node:http'
import { defaultPrefix, type ResolvedTokenSource } from '../config/normalize-identity.ts'
import { cookieValues, removeCookies } from '../http/cookies.ts'
import { editFields } from '../http/edit-fields.ts'
import { headerLines } from '../http/fields.ts'
import { hiddenValues } from './query-tokens.ts'

/** The result of a search: nothing, credentials of another scheme, a token, or something malformed. */
export type Found =
  | { kind: 'none' | 'other-scheme' | 'malformed' }
  | { kind: 'token', token: string }

/** A place of tokens in requests. */
export interface Source {
  /** Identifies the place: equal for equal sources. */
  readonly id: string
  /** The header that contains the token. */
  readonly header?: string
  /** The query parameter that contains the token. */
  readonly query?: string
  find (raw: IncomingMessage): Found
  /** Removes the token from the forwarded request. */
  remove (raw: IncomingMessage): void
}

const none: Found = { kind: 'none' }
const malformed: Found = { kind: 'malformed' }

/** The syntax of a token (RFC 6750 2.1, b64token). */
const b64token = '[A-Za-z0-9._~+/-]+=*'
const wholeToken = new RegExp(`^${b64token}$`)
// A scheme and credentials: `Basic dXNlcg==`. A scheme has no dot, unlike a token without its scheme.
const otherScheme = /^[ \t]*(?!bearer\b)[A-Za-z][\w!#$%&'*+^`|~-]* +\S/i

/** Makes a source of tokens. */
export function tokenSource (options: ResolvedTokenSource): Source {
  if ('cookie' in options) return cookieSource(options.cookie)
  if ('query' in options) return querySource(options.query)
  return headerSource(options.header, options.prefix)
}

/** Reads all lines, because Node silently drops a second `Authorization` line from `headers`. Two lines are malformed. */
function headerSource (name: string, prefix: string): Source {
  const scheme = prefix.trim()
  const escaped = scheme.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const pattern = new RegExp(`^[ \\t]*${escaped}${/ $/.test(prefix) ? ' +' : ''}(${b64token})[ \\t]*$`, 'i')
  const ownScheme = new RegExp(`^[ \\t]*${escaped}(?: |$)`, 'i')
  return {
    // A header may have several prefixes, such as Bearer and DPoP.
    id: `header:${name}${scheme.toLowerCase() === defaultPrefix(name).trim().toLowerCase() ? '' : ` ${scheme.toLowerCase()}`}`,
    header: name,
    find (raw) {
      const values = headerLines(raw, name)
      if (values.length === 0) return none
      if (values.length > 1) return malformed
      // The value is nearly always a long token, so it is only scanned once.
      const token = pattern.exec(values[0]!)?.[1]
      return token === undefined ? noToken(values[0]!) : { kind: 'token', token }
    },
    remove: (raw) => { editFields(raw, name, () => '') }
  }

  function noToken (value: string): Found {
    const isOther = name === 'authorization' && !ownScheme.test(value) && !/,\s*bearer\b/i.test(value) && otherScheme.test(value)
    return isOther ? { kind: 'other-scheme' } : malformed
  }
}

/** Reads a cookie. Several with the same name, which RFC 6265 5.4 allows, are ambiguous and thus malformed. */
function cookieSource (name: string): Source {
  return {
    id: `cookie:${name}`,
    header: 'cookie',
    find (raw) {
      const values = cookieValues(raw, name)
      const value = values.length === 0 ? inChunks(raw, name) : values.length > 1 ? '' : values[0]!
      return value === undefined ? none : asToken(withoutScheme(value))
    },
    remove (raw) {
      removeCookies(raw, name)
      for (let index = 0; index < maxChunks; index++) removeCookies(raw, `${name}.${index}`)
    }
  }
}

/** Browsers limit a cookie to about 4 KiB, so libraries split a longer value into `name.0`, `name.1` and so on. */
const maxChunks = 20

function inChunks (raw: IncomingMessage, name: string): string | undefined {
  let whole: string | undefined
  for (let index = 0; index < maxChunks; index++) {
    const values = cookieValues(raw, `${name}.${index}`)
    if (values.length === 0) break
    // A repeated chunk is ambiguous.
    if (values.length > 1) return ''
    whole = (whole ?? '') + values[0]!
  }
  return whole
}

/** Some libraries store the scheme in the cookie, with or without encoding the space. */
function withoutScheme (value: string): string {
  return value.replace(/^bearer(?: |\+|%20)/i, '')
}

/** Reads a query parameter, which was removed from the URL before it was logged. */
function querySource (name: string): Source {
  return {
    id: `query:${name}`,
    query: name,
    find (raw) {
      const values = hiddenValues(raw, name)
      return values.length === 0 ? none : asToken(values.length > 1 ? '' : values[0]!)
    },
    remove () {}
  }
}

function asToken (value: string): Found {
  return wholeToken.test(value) ? { kind: 'token', token: value } : malformed
}
