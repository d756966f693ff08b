import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Refusal } from './errors.ts'

/**
 * Answers with a refusal as `application/problem+json` (RFC 9457). It is sent here and not thrown, so
 * that it looks the same in an app with an error handler of its own. A client's fault is logged at
 * `info`, everything else at `error` with its cause; none of the cause reaches the caller.
 */
export function refuse (request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
  const { code, statusCode: status, message: detail, members, headers } = refusal
  request.log[status < 500 ? 'info' : 'error']({ err: refusal, version: request.version?.id }, 'request refused')

  reply
    .code(status)
    // 404 and 410 are cacheable by default (RFC 9110 15.1): a refusal must not outlive its reason.
    .header('cache-control', 'no-store')
    .headers(headers ?? {})
    .type('application/problem+json')
    // As bytes: Fastify would give text a charset, which this media type does not have.
    .send(Buffer.from(JSON.stringify({
      type: 'about:blank', title: STATUS_CODES[status], status, detail, code, ...members, requestId: request.id
    })))
}
