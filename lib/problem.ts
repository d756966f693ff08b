import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isRefusal, type Refusal } from './errors.ts'

/**
 * Answers with a refusal as `application/problem+json` (RFC 9457). It is sent here and not thrown, so
 * that it looks the same in an app with an error handler of its own. A client's fault is one line at
 * `info`, everything else is logged at `error` with its stack; none of the cause reaches the caller.
 */
export function refuse (request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
  const { code, statusCode: status, message: detail, members, extensions, headers = {}, cause, target } = refusal
  if (status < 500) request.log.info({ code, ...members, cause: messageOf(cause) }, 'request refused')
  else request.log.error({ err: refusal, version: request.version?.id, target }, 'request refused')

  reply
    .code(status)
    // 404 and 410 are cacheable by default (RFC 9110 15.1): a refusal must not outlive its reason.
    .header('cache-control', 'no-store')
    .headers(request.raw.httpVersionMajor === 2 ? withoutConnection(headers) : headers)
    .type('application/problem+json')
    // As bytes: Fastify would give text a charset, which this media type does not have.
    .send(Buffer.from(JSON.stringify({
      type: 'about:blank', title: STATUS_CODES[status], ...extensions, status, detail, code, ...members, requestId: request.id
    })))
}

/** The end of a hook that failed: a refusal is answered, anything else is a fault and goes to the app's error handler. */
export function refuseOrFail (request: FastifyRequest, reply: FastifyReply, error: unknown, done: (error: Error) => void): void {
  if (isRefusal(error)) refuse(request, reply, error)
  else done(error instanceof Error ? error : new Error('something else than an error was thrown', { cause: error }))
}

/** HTTP/2 knows no headers of a connection (RFC 9113 8.2.2). */
function withoutConnection ({ connection, ...headers }: Record<string, string>): Record<string, string> {
  return headers
}

function messageOf (cause: unknown): string | undefined {
  return cause instanceof Error ? cause.message : undefined
}
