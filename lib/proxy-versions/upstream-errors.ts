import type { FastifyRequest } from 'fastify'
import {
  type Refusal, requestMalformed, requestStalled, requestTooLarge, upstreamOverloaded, upstreamProtocol, upstreamTimeout,
  upstreamUnavailable
} from '../errors.ts'
import { transportError, transportCodes } from '../transport/transport-errors.ts'
import { remedyOf } from './upstream-remedies.ts'

/** The gateway's own codes, in addition to undici's. */
const codes = {
  ...transportCodes,
  clientLeft: 'CLIENT_LEFT',
  timedOut: 'TOTAL_TIMEOUT',
  idle: 'IDLE_TIMEOUT',
  clientStalled: 'CLIENT_STALLED',
  bodyStalled: 'REQUEST_BODY_STALLED',
  tooLarge: 'REQUEST_BODY_TOO_LARGE',
  unreadable: 'REQUEST_BODY_UNREADABLE',
  tooManyInterim: 'TOO_MANY_INTERIM',
  notOffered: 'PROTOCOL_NOT_OFFERED',
  queueFull: 'QUEUE_FULL',
  tooManyUpgrades: 'TOO_MANY_UPGRADES',
  tooManyInFlight: 'TOO_MANY_IN_FLIGHT',
  circuitOpen: 'CIRCUIT_OPEN',
  closing: 'CLOSING'
} as const

export function clientLeft (): Error {
  return transportError(codes.clientLeft, 'the client left')
}

export function timedOut (): Error {
  return transportError(codes.timedOut, 'the exchange took longer than timeouts.total')
}

export function wasIdle (): Error {
  return transportError(codes.idle, 'the response made no progress for timeouts.idle')
}

export function clientStalled (): Error {
  return transportError(codes.clientStalled, 'the client read nothing of the response for timeouts.idle')
}

export function bodyStalled (): Error {
  return transportError(codes.bodyStalled, 'the body made no progress for timeouts.idle')
}

export function notOffered (protocol: string): Error {
  return transportError(codes.notOffered, `the upstream switched to ${JSON.stringify(protocol)}, which was not offered`)
}

export function queueFull (): Error {
  return transportError(codes.queueFull, 'all connections to the target are in use, and maxQueued requests wait')
}

export function tooManyUpgrades (): Error {
  return transportError(codes.tooManyUpgrades, 'there are already upgrades.max upgraded connections')
}

export function tooManyInFlight (): Error {
  return transportError(codes.tooManyInFlight, 'there are already maxInFlight requests, and maxWaiting requests wait')
}

/** @param restMs milliseconds until a target is due for a trial */
export function circuitOpen (restMs: number): Error {
  const retryAfter = String(Math.max(1, Math.ceil(restMs / 1000)))
  return Object.assign(transportError(codes.circuitOpen, 'no target is healthy, and circuitBreaker is set'), { retryAfter })
}

export function closing (): Error {
  return transportError(codes.closing, 'the gateway is closing')
}

export function bodyTooLarge (limit: number): Error {
  return transportError(codes.tooLarge, `the body has more than ${limit} bytes`)
}

/** @param cause error of an app's stream that decodes the body */
export function bodyUnreadable (cause: Error): Error {
  return Object.assign(transportError(codes.unreadable, `the body cannot be read: ${cause.message}`), { cause })
}

export function tooManyInterim (): Error {
  return transportError(codes.tooManyInterim, 'the upstream sends too many interim responses')
}

const timeouts = new Set<string>(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', codes.timedOut, codes.idle])

/** A configured limit of the upstream is reached. */
const overloads = new Set<string>([codes.queueFull, codes.waitedTooLong, codes.tooManyUpgrades, codes.tooManyInFlight])

/**
 * Codes for a response that is not valid HTTP: undici's, Node's when it receives invalid HTTP/2 or refuses to write the
 * response to the client, and the one of undici's assertions, which a status below 100 violates.
 */
const protocolErrors = new Set<string>([
  'UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ERR_HTTP_INVALID_STATUS_CODE', 'ERR_INVALID_CHAR',
  'ERR_HTTP2_ERROR', 'ERR_ASSERTION', codes.tooManyInterim, codes.notOffered, codes.unknownCoding
])

/** undici refuses to send the request: a target such as `*`, or a body whose length differs from `Content-Length`. */
const requestErrors = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'])

const notUpstreamFaults = new Set<string>([
  codes.clientLeft, codes.clientStalled, codes.tooLarge, codes.bodyStalled, codes.unreadable, codes.closing,
  codes.circuitOpen
])

/** The causes of failed exchanges in metrics and logs, by error code. They stay stable when Node or undici rename a code. */
const causes: Readonly<Record<string, string>> = {
  [codes.timedOut]: 'total-timeout',
  [codes.idle]: 'idle-timeout',
  [codes.clientStalled]: 'client-stalled',
  [codes.bodyStalled]: 'request-stalled',
  [codes.tooLarge]: 'request-too-large',
  [codes.unreadable]: 'request',
  [codes.queueFull]: 'queue-full',
  [codes.waitedTooLong]: 'queue-timeout',
  [codes.tooManyUpgrades]: 'too-many-upgrades',
  [codes.tooManyInFlight]: 'too-many-in-flight',
  [codes.circuitOpen]: 'circuit-open',
  [codes.closing]: 'closing',
  [codes.clientLeft]: 'client-left',
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  UND_ERR_HEADERS_TIMEOUT: 'headers-timeout',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOENT: 'unreachable',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset'
}

/** Why an exchange failed, in a word or two. */
export function causeOf ({ code = '', name }: Error & { code?: string }): string {
  if (protocolErrors.has(code) || name === 'HTTPParserError') return 'protocol'
  if (requestErrors.has(code)) return 'request'
  return causes[code] ?? (/CERT|TLS|SSL|SELF_SIGNED|VERIFY/.test(code) ? 'tls' : 'other')
}

/** Whether a failed exchange counts against the health of the target. */
export function isUpstreamFault ({ code = '' }: Error & { code?: string }): boolean {
  return !notUpstreamFaults.has(code) && !requestErrors.has(code) && !overloads.has(code)
}

/**
 * Whether an upstream may have failed because the client had not sent its whole body: it gave up waiting, or it refused the
 * body and closed the connection. An invalid response is the upstream's own fault. So is a headers timeout, which only
 * expires during an upload while the upstream does not read.
 */
export function mayBeCausedByUpload (error: Error & { code?: string }): boolean {
  const cause = causeOf(error)
  return cause !== 'protocol' && cause !== 'headers-timeout'
}

/** Whether another attempt may succeed: a target is at fault, and there is time left. */
export function isTransient (error: Error & { code?: string }): boolean {
  return error.code === codes.queueFull || (isUpstreamFault(error) && error.code !== codes.timedOut)
}

/** Whether a time limit was exceeded. */
export function isTimeout ({ code = '' }: Error & { code?: string }): boolean {
  return timeouts.has(code)
}

/** The response to the caller of a failed exchange. The error itself and the target only appear in the log. */
export function exchangeFailure (
  cause: Error & { code?: string, retryAfter?: string }, version: string, target: string | undefined
): Refusal {
  const { code = '', name } = cause
  const remedy = remedyOf(cause, target)
  const details = { cause, members: { version }, ...target !== undefined && { target }, ...remedy !== undefined && { remedy } }
  // The connection closes, because the gateway does not read the rest of the body.
  if (code === codes.tooLarge) return requestTooLarge({ ...details, headers: { connection: 'close' } })
  if (code === codes.unreadable) return requestMalformed({ ...details, headers: { connection: 'close' } })
  if (code === codes.bodyStalled) return requestStalled({ ...details, headers: { connection: 'close' } })
  if (overloads.has(code)) return upstreamOverloaded({ ...details, headers: { 'retry-after': '1' } }, version)
  if (code === codes.circuitOpen) {
    return upstreamUnavailable({ ...details, status: 503, headers: { 'retry-after': cause.retryAfter! } }, version)
  }
  if (requestErrors.has(code)) return requestMalformed(details)
  if (timeouts.has(code)) return upstreamTimeout(details, version)
  if (protocolErrors.has(code) || name === 'HTTPParserError') return upstreamProtocol(details, version)
  return upstreamUnavailable(details, version)
}

export function logClientClosed (request: FastifyRequest, version: string, target?: string): void {
  request.log.info({ version, target, status: 499 }, 'client left before the response was complete')
}
