import type { Refusal } from '../errors.ts'

/**
 * Adds the challenge that a 401 must have (RFC 9110 11.6.1). A request without a token gets the bare one,
 * without an error (RFC 6750 3.1).
 */
export function challenge (refusal: Refusal, realm: string): Refusal {
  if (refusal.statusCode !== 401) return refusal
  const error = refusal.code === 'TOKEN_MISSING' ? '' : `, error="invalid_token", error_description="${refusal.message}"`
  refusal.headers = { ...refusal.headers, 'www-authenticate': `Bearer realm="${realm}"${error}` }
  return refusal
}
