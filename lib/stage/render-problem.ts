import { validateHeaderValue } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Problem, ProblemOptions } from '../../types/index.ts'
import { callSync } from '../shared/call-sync.ts'

/** A body in bytes. For a string, Fastify would add a charset, which the media type of problems does not have. */
interface Rendered {
  contentType: string
  body: Buffer
}

/** Renders the body of a refusal. If `render` fails, the standard format is used. */
export function renderProblem (problem: Problem, request: FastifyRequest, { render }: ProblemOptions = {}): Rendered {
  if (render !== undefined) {
    try {
      return rendered(callSync(render, { ...problem }, request))
    } catch (err) {
      request.log.error({ err }, 'problems.render failed')
    }
  }
  return standardFormat(problem)
}

/** Writes a problem as `application/problem+json` (RFC 9457). */
export function standardFormat (problem: Problem): Rendered {
  return { contentType: 'application/problem+json', body: Buffer.from(JSON.stringify(problem)) }
}

/** @throws if it cannot be sent */
function rendered ({ contentType, body }: ReturnType<NonNullable<ProblemOptions['render']>>): Rendered {
  if (typeof contentType !== 'string' || (typeof body !== 'string' && (typeof body !== 'object' || body === null))) {
    throw new TypeError('problems.render must return { contentType, body }')
  }
  validateHeaderValue('content-type', contentType)
  if (ArrayBuffer.isView(body)) return { contentType, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) }
  return { contentType, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
}
