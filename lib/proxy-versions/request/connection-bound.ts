import type { FastifyRequest } from 'fastify'
import { fieldValues } from '../../http/fields.ts'

/** The scheme is a token (RFC 9110 11.1, 5.6.2). Any other character ends it, because servers accept different separators. */
const binding = /^\s*(ntlm|negotiate)(?![!#$%&'*+.^`|~\w-])/i

/**
 * Whether a request carries NTLM or Negotiate credentials. Servers may apply them to the whole connection (RFC 4559 6,
 * although RFC 9110 11.6.1 forbids it), so its connection must not be reused: the next caller would inherit them.
 */
export function isConnectionBound ({ headers: { authorization }, raw: { rawHeaders } }: FastifyRequest): boolean {
  if (authorization === undefined) return false
  // `headers` has only the first of repeated fields.
  for (const value of fieldValues(rawHeaders, 'authorization')) if (binding.test(value)) return true
  return false
}
