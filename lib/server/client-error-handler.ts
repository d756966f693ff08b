import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { headersTooLarge, type Refusal, requestLate, requestMalformed, requestTooLarge } from '../errors.ts'
import { gatewayOn } from './take-over-server.ts'
import { isBusy, pendingResponse } from './pending-responses.ts'
import { refuseOnSocket } from './socket-refusal.ts'

/** The refusals of parse errors with a special status, as in Node. */
const refusals: Readonly<Record<string, (details: { cause: Error }) => Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: requestLate,
  HPE_HEADER_OVERFLOW: headersTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: requestTooLarge
}

/**
 * Responds to requests that Node cannot parse, or that do not arrive in time, with a problem as for all other refusals, and logs
 * them. No route is known by then, so this concerns the whole app, and the plugin leaves the choice to it.
 *
 * @example
 * const app = Fastify({ clientErrorHandler })
 */
export function clientErrorHandler (this: FastifyInstance, error: Error & { code?: string }, socket: Socket): void {
  // A response has been sent, or the client has left.
  if (socket.destroyed || socket.writableEnded || error.code === 'ECONNRESET') return
  if (!socket.writable || hasBegun(socket)) {
    socket.destroy(error)
    return
  }
  refuseOnSocket(gatewayOn(this.server) ?? this, socket, (refusals[error.code ?? ''] ?? requestMalformed)({ cause: error }))
  // The body of a request in progress was malformed, so that request ends.
  if (isBusy(socket)) socket.destroySoon()
}

/** Whether a response has begun. The client would take the refusal for a part of it. */
function hasBegun (socket: Socket): boolean {
  return pendingResponse(socket)?.headersSent === true
}
