import type { FastifyRequest } from 'fastify'
import { fieldValues } from '../headers/field-values.ts'

/**
 * Whether a request carries credentials that servers may take for the whole connection, as of NTLM and Negotiate
 * (RFC 4559 6; RFC 9110 11.6.1 forbids it). Its connection must not serve another request: that one may be another
 * caller's, and would be served as this one's.
 */
export function isConnectionBound ({ headers: { authorization }, raw: { rawHeaders } }: FastifyRequest): boolean {
  // Of several fields `headers` has the first only.
  return authorization !== undefined && fieldValues(rawHeaders, 'authorization').some((value) => /^\s*(ntlm|negotiate)(\s|$)/i.test(value))
}
