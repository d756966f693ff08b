import { validateHeaderValue } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Problem, ProblemOptions } from '../types/index.ts'
import { answerAtOnce } from './answer-at-once.ts'

/** A body as it is sent: as bytes, because Fastify would give text a charset, which problems do not have. */
interface Rendered {
  contentType: string
  body: Buffer
}

/** The body of a refusal. A `render` that fails costs its looks, never the answer. */
export function renderProblem (problem: Problem, request: FastifyRequest, { render }: ProblemOptions = {}): Rendered {
  if (render !== undefined) {
    try {
      return rendered(answerAtOnce(render, { ...problem }, request))
    } catch (err) {
      request.log.error({ err }, 'problems.render failed')
    }
  }
  return { contentType: 'application/problem+json', body: Buffer.from(JSON.stringify(problem)) }
}

/** @throws when it cannot be sent */
function rendered ({ contentType, body }: ReturnType<NonNullable<ProblemOptions['render']>>): Rendered {
  if (typeof contentType !== 'string' || (typeof body !== 'string' && (typeof body !== 'object' || body === null))) {
    throw new TypeError('problems.render must return { contentType, body }')
  }
  validateHeaderValue('content-type', contentType)
  if (ArrayBuffer.isView(body)) return { contentType, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) }
  return { contentType, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
}
