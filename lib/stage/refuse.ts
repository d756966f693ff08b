import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Problem, ProblemOptions } from '../../types/index.ts'
import { isRefusal, type Refusal } from '../errors.ts'
import { renderProblem } from './render-problem.ts'
import { contextOf, scopeOf } from './context.ts'

/**
 * Sends a refusal as `application/problem+json` (RFC 9457), or in the format of `problems.render`. It is sent instead of thrown,
 * so that it looks the same if the app has its own error handler. Client errors, and errors that the log already has, are logged as
 * one line at level `info`, all others at `error` with the stack. The cause never reaches the caller.
 */
export function refuse (request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
  const { problems: options } = scopeOf(request.server)
  const problem = problemOf(refusal, request, options)
  const { statusCode: status, headers = {}, response } = refusal
  contextOf(request).dryRun?.refuse(refusal, problem)
  record(request, refusal)

  reply
    .code(status)
    // 404 and 410 are cacheable by default (RFC 9110 15.1), but a refusal must not outlive its cause.
    .header('cache-control', 'no-store')
    .headers(request.raw.httpVersionMajor === 2 ? withoutConnection(headers) : headers)
  if (response !== undefined) {
    reply.headers(response.headers).send(response.body)
    return
  }
  const { contentType, body } = renderProblem(problem, request, options)
  reply.type(contentType).send(body)
}

export type RefusalHandler = (error: Error, request: FastifyRequest, reply: FastifyReply) => void

/**
 * Makes the error handler of a route: it sends refusals, and leaves all other errors to the app's error handler.
 *
 * @param passesOn whether refusals are left to it as well
 */
export function refusalHandler (passesOn: boolean): RefusalHandler {
  return (error, request, reply) => {
    if (!isRefusal(error)) throw asError(error)
    if (!passesOn) return refuse(request, reply, error)
    record(request, error)
    throw error
  }
}

/** Hooks may throw any value, but Fastify would send one that is not an error as a response. */
function asError (thrown: unknown): Error {
  if (thrown instanceof Error) return thrown
  return Object.assign(new Error('a value that is not an error was thrown', { cause: thrown }), typeof thrown === 'object' ? thrown : {})
}

/** Adds a refusal to logs, metrics and traces. */
function record (request: FastifyRequest, refusal: Refusal): void {
  const { activeSpan, observation } = contextOf(request)
  log(request, refusal)
  if (observation !== null) observation.refusal = refusal
  activeSpan?.setAttributes({ 'error.type': observation?.cause ?? refusal.code, 'version_gateway.code': refusal.code })
}

/** An error as the caller may see it. */
interface Described {
  readonly code: string | undefined
  readonly statusCode: number
  readonly message: string
  readonly members?: object
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** Returns the problem that the caller gets. The app's members cannot contradict the response, such as its status. */
export function problemOf (error: Described, { id }: Pick<FastifyRequest, 'id'>, { baseUri }: ProblemOptions = {}): Problem {
  const { code, statusCode: status, message: detail, members, extensions = {} } = error
  const page = baseUri === undefined || code === undefined ? null : pageOf(baseUri, code)
  const type = extensions.type ?? page ?? 'about:blank'
  return {
    type,
    title: STATUS_CODES[status],
    ...page !== null && page === type && { docs: page },
    ...extensions,
    status,
    detail,
    code,
    ...members,
    requestId: id
  } as Problem
}

/** Ends a hook that failed. A refusal is sent; any other error goes to the app's error handler. */
export function refuseOrFail (request: FastifyRequest, reply: FastifyReply, error: unknown, done: (error: Error) => void): void {
  if (isRefusal(error)) return refuse(request, reply, error)
  const { dryRun } = contextOf(request)
  // The caller of `explain()` gets this error.
  if (dryRun !== null && dryRun.mistake === error) dryRun.end('decided', reply)
  else done(asError(error))
}

function log (request: FastifyRequest, refusal: Refusal): void {
  const { code, statusCode: status, members, cause, target, remedy, isReported, route, externalCheck } = refusal
  const { provider, claim, found, expected } = refusal
  // This code alone does not name the problem of the token.
  const token = code === 'TOKEN_INVALID' && { reason: refusal.message, provider, claim, found, expected }
  const details = { ...token, route, check: externalCheck }
  // A version that the operator has disabled is not an error.
  const isQuiet = status < 500 || code === 'VERSION_DISABLED' || isReported === true
  if (isQuiet) request.log.info({ code, ...details, ...members, cause: messageOf(cause) }, 'request refused')
  else request.log.error({ err: refusal, version: request.version?.id, ...details, target, remedy }, 'request refused')
}

/** Returns the page that describes a code: `VERSION_RETIRED` is at `version-retired`, below `baseUri` or as its fragment. */
function pageOf (baseUri: string, code: string): string {
  return `${baseUri}${/[/#]$/.test(baseUri) ? '' : '/'}${code.toLowerCase().replaceAll('_', '-')}`
}

/** HTTP/2 does not allow connection-specific headers (RFC 9113 8.2.2). */
function withoutConnection ({ connection, ...headers }: Record<string, string>): Record<string, string> {
  return headers
}

function messageOf (cause: unknown): string | undefined {
  return cause instanceof Error ? cause.message : undefined
}
