import { STATUS_CODES } from 'node:http'
import createError from '@fastify/error'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { ConfigProblem, UsageEntry } from '../../types/index.ts'
import { isConfigInvalid } from '../config/problems.ts'

export const InputInvalid = createError<[sentence: string]>('ADMIN_INPUT_INVALID', '%s', 400)
export const NotFound = createError<[sentence: string]>('ADMIN_NOT_FOUND', '%s', 404)
export const RevisionChanged = createError<[now: number]>('ADMIN_REVISION_CHANGED',
  'The versions were changed meanwhile: revision %d is in force. Look again, then decide.', 409)

type Failed = Partial<FastifyError & { problems: readonly ConfigProblem[], consumers: readonly UsageEntry[] }>

/** How many of those who stand in the way of a retirement are named. */
const mostConsumers = 20

/** Answers with what went wrong, as `application/problem+json` (RFC 9457). */
export function answerError (error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { message, code, statusCode, problems, consumers } = Object(error) as Failed
  // What a change would lead to is not a set of versions that can be served.
  const status = isConfigInvalid(error) && code === 'VERSION_CONFIG_INVALID' ? 422 : statusCode ?? 500
  if (status >= 500) request.log.error({ err: error }, 'an admin page failed')
  reply.code(status).type('application/problem+json').send(Buffer.from(JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail: status >= 500 ? 'The admin page failed; the log has the reason.' : message,
    code,
    problems,
    consumers: consumers?.slice(0, mostConsumers),
    requestId: request.id
  })))
}
