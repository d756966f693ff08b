import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { ConfigProblem, UsageEntry } from '../../types/index.ts'
import { AdminInputInvalid, AdminUnavailable, isGatewayError } from '../errors.ts'
import { problemOf } from '../stage/refuse.ts'
import { standardFormat } from '../stage/render-problem.ts'

/** The maximum number of problems, and of callers that prevent a retirement, in a response. */
const maxItems = 20

/** The description of an error in the response and in the log. */
export interface ErrorDescription {
  readonly status: number
  readonly detail: string
  readonly code: string | undefined
  readonly problems?: readonly ConfigProblem[]
  readonly consumers?: readonly UsageEntry[]
}

/** Describes an error. Client errors of other plugins keep their status, message and code. All other errors become a plain 500. */
export function describeError (error: unknown): ErrorDescription {
  const { message = '', code, statusCode, status = statusCode } = Object(error) as Partial<FastifyError & { status: number }>
  if (isGatewayError(error)) {
    // The change would result in an invalid set of versions.
    if (error.code === 'VERSION_CONFIG_INVALID') return { status: 422, detail: sentenceOf(error.problems), code, problems: error.problems.slice(0, maxItems) }
    if (error.code === 'VERSION_IN_USE') return { status: 409, detail: message, code, consumers: error.consumers.slice(0, maxItems) }
  }
  if (error instanceof AdminInputInvalid && 'problems' in error) {
    const problems = error.problems as readonly ConfigProblem[]
    return { status: 400, detail: sentenceOf(problems), code, problems: problems.slice(0, maxItems) }
  }
  if (error instanceof AdminUnavailable) return { status: 503, detail: message, code }
  const isTheirs = Number.isInteger(status) && status! >= 400 && status! < 500
  return isTheirs
    ? { status: status!, detail: message, code: String(code) }
    : { status: 500, detail: 'The admin page failed. See the log for the cause.', code: undefined }
}

/** Sends an error as `application/problem+json` (RFC 9457). */
export function sendError (error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, detail, code, ...members } = describeError(error)
  if (status === 500) request.log.error({ err: error }, 'admin page failed')
  const { contentType, body } = standardFormat(problemOf({ code, statusCode: status, message: detail, members }, request))
  reply.code(status).type(contentType).send(body)
}

function sentenceOf (problems: readonly ConfigProblem[]): string {
  return problems.slice(0, maxItems).map(({ path, message }) => `${path}: ${message}`).join(' ')
}
