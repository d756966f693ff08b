import { isRefusal } from '../errors.ts'

/**
 * Adds the challenge that a 401 must have (RFC 9110 11.6.1); other errors stay as they are. A request
 * without a token gets the bare one, without an error (RFC 6750 3.1).
 */
export function challenge (error: unknown, realm: string): unknown {
  if (!isRefusal(error) || error.statusCode !== 401) return error
  const reason = error.code === 'TOKEN_MISSING' ? '' : `, error="invalid_token", error_description="${error.message}"`
  error.headers = { ...error.headers, 'www-authenticate': `Bearer realm="${realm}"${reason}` }
  return error
}
