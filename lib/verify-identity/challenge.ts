import { isRefusal, type Refusal } from '../errors.ts'

/**
 * Adds the challenge that a 401 must have (RFC 9110 11.6.1), and a missing scope should have (RFC 6750 3.1). Other errors
 * stay unchanged. Without a token, the challenge contains no error.
 */
export function challenge (error: unknown, realm: string): unknown {
  // Passing `undefined` or `null` to a hook would mean success.
  if (!isRefusal(error)) return error instanceof Error ? error : new Error('a value that is not an error was thrown', { cause: error })
  const reason = reasonOf(error)
  if (reason !== null) error.headers = { ...error.headers, 'www-authenticate': `Bearer realm="${realm}"${reason}` }
  return error
}

function reasonOf ({ code, statusCode, message, scope }: Refusal): string | null {
  if (code === 'INSUFFICIENT_SCOPE') return `, error="insufficient_scope"${quotable(scope) ? `, scope="${scope}"` : ''}`
  if (statusCode !== 401) return null
  return code === 'TOKEN_INVALID' && quotable(message) ? `, error="invalid_token", error_description="${message}"` : ''
}

/** Whether a text is allowed between quotes (RFC 6750 3). An app may have set its own. */
function quotable (text: unknown): boolean {
  return typeof text === 'string' && /^[ !#-[\]-~]*$/.test(text)
}
