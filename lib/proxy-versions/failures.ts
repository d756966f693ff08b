import { type Refusal, requestMalformed, upstreamProtocol, upstreamTimeout, upstreamUnavailable } from '../errors.ts'

/** undici's codes for an upstream that takes too long. */
const timeouts = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/**
 * Codes for an answer that is not HTTP: undici's, those of Node when it would not write it to the client,
 * and that of undici's assertions, which a status below 100 fails.
 */
const protocolErrors = new Set([
  'UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ERR_HTTP_INVALID_STATUS_CODE', 'ERR_INVALID_CHAR',
  'ERR_ASSERTION'
])

/** What the caller is told about a failed exchange. The error itself is for the log. */
export function exchangeFailure (cause: Error & { code?: string }, version: string): Refusal {
  const { code = '', name } = cause
  const details = { cause, members: { version } }
  // undici would not send it: a request target such as `*` that no upstream can be asked for.
  if (code === 'UND_ERR_INVALID_ARG') return requestMalformed(details)
  if (timeouts.has(code)) return upstreamTimeout(details, version)
  if (protocolErrors.has(code) || name === 'HTTPParserError') return upstreamProtocol(details, version)
  return upstreamUnavailable(details, version)
}
