import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Refusal } from '../errors.ts'
import { problemOf } from '../stage/refuse.ts'
import { standardFormat } from '../stage/render-problem.ts'
import { scopeOf } from '../stage/context.ts'

/** Milliseconds that a refused client has to end its side of the connection. */
const maxLingerMs = 1_000

/**
 * Logs the refusal of a request that Fastify does not see, and returns the response. `problems.render` does not apply, because
 * there is no request to render for.
 */
export function responseTo (app: FastifyInstance, refusal: Refusal): { fields: Record<string, string>, body: string } {
  const { code, headers, cause } = refusal
  const id = randomUUID()
  app.log.info({ reqId: id, code, ...cause instanceof Error && { cause: cause.message } }, 'request refused')
  const { contentType, body } = standardFormat(problemOf(refusal, { id }, scopeOf(app).problems))
  const fields = { 'content-type': contentType, 'cache-control': 'no-store', 'content-length': String(body.length), ...headers }
  return { fields, body: body.toString() }
}

/** Writes a refusal to a connection for which Node has made no response, and closes the connection. */
export function refuseOnSocket (app: FastifyInstance, socket: Duplex, refusal: Refusal): void {
  const { fields, body } = responseTo(app, refusal)
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
  const { statusCode: status } = refusal
  // The system resets a connection that is closed with unread bytes, and the reset can destroy the response in transit.
  const limit = setTimeout(() => socket.destroy(), maxLingerMs).unref()
  socket.on('error', () => {}).once('close', () => clearTimeout(limit)).resume()
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, 'connection: close', '', body].join('\r\n'))
}
