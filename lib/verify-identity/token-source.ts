import { fieldValues } from '../headers/field-values.ts'

/** What a request brings along: nothing, something of another scheme, a token, or something that cannot be one. */
export type Credential =
  | { kind: 'none' | 'other-scheme' | 'malformed' }
  | { kind: 'token', token: string }

const bearer = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i
// A scheme, then something: `Basic dXNlcg==`. A token without a scheme has no blank in it.
const otherScheme = /^(?!bearer\b)[A-Za-z][\w!#$%&'*+.^`|~-]* +\S/i

/**
 * Finds the one credential of a request (RFC 6750 2.1). Node keeps the first of two `Authorization` lines
 * and drops the other silently; rawHeaders has both, and both is one too many.
 */
export function findCredential (rawHeaders: readonly string[]): Credential {
  const values = fieldValues(rawHeaders, 'authorization')
  if (values.length === 0) return { kind: 'none' }
  const value = values[0]!.replaceAll(/^[ \t]+|[ \t]+$/g, '')
  if (values.length > 1 || /,\s*bearer\b/i.test(value)) return { kind: 'malformed' }
  const token = bearer.exec(value)?.[1]
  if (token !== undefined) return { kind: 'token', token }
  return { kind: otherScheme.test(value) ? 'other-scheme' : 'malformed' }
}
