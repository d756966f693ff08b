import { type Refusal, requestMalformed, requestTooLarge, upstreamProtocol, upstreamTimeout, upstreamUnavailable } from '../errors.ts'

/** Codes of our own, beside undici's. */
const codes = { clientLeft: 'CLIENT_LEFT', timedOut: 'TOTAL_TIMEOUT', tooLarge: 'REQUEST_BODY_TOO_LARGE', tooManyInterim: 'TOO_MANY_INTERIM' } as const

function failure (code: string, message: string): Error & { code: string } {
  return Object.assign(new Error(message), { code })
}

export function clientLeft (): Error {
  return failure(codes.clientLeft, 'the client left')
}

export function timedOut (): Error {
  return failure(codes.timedOut, 'the exchange took longer than timeouts.total')
}

export function bodyTooLarge (limit: number): Error {
  return failure(codes.tooLarge, `the body has more than ${limit} bytes`)
}

export function tooManyInterim (): Error {
  return failure(codes.tooManyInterim, 'the upstream sends interim answers without end')
}

const timeouts = new Set<string>(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', codes.timedOut])

/**
 * Codes for an answer that is not HTTP: undici's, those of Node when it would not write it to the client,
 * and that of undici's assertions, which a status below 100 fails.
 */
const protocolErrors = new Set<string>([
  'UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ERR_HTTP_INVALID_STATUS_CODE', 'ERR_INVALID_CHAR',
  'ERR_ASSERTION', codes.tooManyInterim
])

/** undici would not send it: a request target such as `*`, or a body that is not as long as it says. */
const requestErrors = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'])

/** Whether a failed exchange says something of the target's health. */
export function isUpstreamsFault ({ code = '' }: Error & { code?: string }): boolean {
  return code !== codes.tooLarge && !requestErrors.has(code)
}

/** What the caller is told about a failed exchange. The error itself, and the target, are for the log. */
export function exchangeFailure (cause: Error & { code?: string }, version: string, target: string): Refusal {
  const { code = '', name } = cause
  const details = { cause, target, members: { version } }
  // What is left of the body is not waited for.
  if (code === codes.tooLarge) return requestTooLarge({ ...details, headers: { connection: 'close' } })
  if (requestErrors.has(code)) return requestMalformed(details)
  if (timeouts.has(code)) return upstreamTimeout(details, version)
  if (protocolErrors.has(code) || name === 'HTTPParserError') return upstreamProtocol(details, version)
  return upstreamUnavailable(details, version)
}
