import type { FastifyRequest } from 'fastify'
import { fieldValues } from '../headers/field-values.ts'

/**
 * Whether a request carries NTLM or Negotiate credentials. Servers may apply them to the whole connection (RFC 4559 6,
 * although RFC 9110 11.6.1 forbids it), so its connection must not be reused: the next caller would inherit them.
 */
export function isConnectionBound ({ headers: { authorization }, raw: { rawHeaders } }: FastifyRequest): boolean {
  // `headers` has only the first of repeated fields.
  return authorization !== undefined && fieldValues(rawHeaders, 'authorization').some((value) => /^\s*(ntlm|negotiate)(\s|$)/i.test(value))
}
