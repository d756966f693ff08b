import type { IncomingMessage } from 'node:http'
import type { TokenSource } from '../../types/index.ts'
import { cookieValues, removeCookies } from '../headers/cookies.ts'
import { editFields } from '../headers/edit-fields.ts'
import { fieldValues } from '../headers/field-values.ts'
import { hiddenValues } from './query-tokens.ts'

/** What a source has in a request: nothing, something of another scheme, a token, or something that cannot be one. */
export type Found =
  | { kind: 'none' | 'other-scheme' | 'malformed' }
  | { kind: 'token', token: string }

/** A place where requests may have a token. */
export interface Source {
  /** The same for sources that are the same place. */
  readonly id: string
  /** The header that it is in. */
  readonly header?: string
  /** The query parameter that it is. */
  readonly query?: string
  find (raw: IncomingMessage): Found
  /** Takes the token out of what will be forwarded. */
  remove (raw: IncomingMessage): void
}

const none: Found = { kind: 'none' }
const malformed: Found = { kind: 'malformed' }

/** A token by its alphabet (RFC 6750 2.1, b64token). */
const b64token = '[A-Za-z0-9._~+/-]+=*'
const wholeToken = new RegExp(`^${b64token}$`)
// A scheme, then something: `Basic dXNlcg==`. No scheme has a dot in it, unlike a token that lacks its scheme.
const otherScheme = /^[ \t]*(?!bearer\b)[A-Za-z][\w!#$%&'*+^`|~-]* +\S/i

/** Prepares a source of tokens. */
export function tokenSource (options: TokenSource): Source {
  if ('cookie' in options) return cookieSource(options.cookie)
  if ('query' in options) return querySource(options.query)
  const name = options.header.toLowerCase()
  return headerSource(name, options.prefix ?? (name === 'authorization' ? 'Bearer ' : ''))
}

/** Node keeps the first of two `Authorization` lines and drops the other silently; rawHeaders has both, and both is one too many. */
function headerSource (name: string, prefix: string): Source {
  const scheme = prefix.trim()
  const escaped = scheme.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const pattern = new RegExp(`^[ \\t]*${escaped}${/ $/.test(prefix) ? ' +' : ''}(${b64token})[ \\t]*$`, 'i')
  return {
    id: `header:${name}`,
    header: name,
    find ({ rawHeaders }) {
      const values = fieldValues(rawHeaders, name)
      if (values.length === 0) return none
      if (values.length > 1) return malformed
      // One look at what is nearly always a token, and long.
      const token = pattern.exec(values[0]!)?.[1]
      return token === undefined ? noToken(values[0]!) : { kind: 'token', token }
    },
    remove: (raw) => { editFields(raw, name, () => '') }
  }

  function noToken (value: string): Found {
    const isOther = name === 'authorization' && !/,\s*bearer\b/i.test(value) && otherScheme.test(value)
    return isOther ? { kind: 'other-scheme' } : malformed
  }
}

/** Cookies of a request: one per name, or it is not clear which one counts (RFC 6265 5.4 lets clients send several). */
function cookieSource (name: string): Source {
  return {
    id: `cookie:${name}`,
    header: 'cookie',
    find ({ rawHeaders }) {
      const values = cookieValues(rawHeaders, name)
      const value = values.length === 0 ? inChunks(rawHeaders, name) : values.length > 1 ? '' : values[0]!
      return value === undefined ? none : asToken(withoutScheme(value))
    },
    remove (raw) {
      removeCookies(raw, name)
      for (let index = 0; index < mostChunks; index++) removeCookies(raw, `${name}.${index}`)
    }
  }
}

/** Browsers keep about 4 KiB in a cookie, so libraries divide a longer value among `name.0`, `name.1` and so on. */
const mostChunks = 20

function inChunks (rawHeaders: readonly string[], name: string): string | undefined {
  let whole: string | undefined
  for (let index = 0; index < mostChunks; index++) {
    const values = cookieValues(rawHeaders, `${name}.${index}`)
    if (values.length === 0) break
    // Of one that is there twice, nobody knows which one counts.
    if (values.length > 1) return ''
    whole = (whole ?? '') + values[0]!
  }
  return whole
}

/** Some libraries keep the scheme in the cookie, with its blank encoded or not. */
function withoutScheme (value: string): string {
  return value.replace(/^bearer(?: |\+|%20)/i, '')
}

/** A query parameter. It was taken out of the URL before anything was logged. */
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
