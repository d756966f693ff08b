import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { methodNotAllowed, type Refusal } from '../errors.ts'
import { hasMoreListeners } from './server-listeners.ts'
import { pendingResponse } from './pending-responses.ts'
import { refuseOnSocket, responseTo } from './socket-refusal.ts'

/**
 * Refuses `CONNECT`, which requests a tunnel to another host. Over HTTP/1.1, Node would close the connection without a response.
 * The target has no path, so neither a route nor a prefix applies. If the app has its own listener, only that one is called.
 */
export function takeConnect (app: FastifyInstance): void {
  const { server, supportedMethods } = app
  const allow = supportedMethods.filter((method) => method !== 'TRACE').join(', ')
  // Over HTTP/2 there is a response, otherwise only a connection.
  server.on('connect', (_request: IncomingMessage, connection: Duplex | ServerResponse) => {
    if (hasMoreListeners(server, 'connect')) return
    const refusal = methodNotAllowed({ headers: { allow } })
    if ('writeHead' in connection) sendOver(connection, app, refusal)
    else {
      // Node has removed its own listeners. The response to an earlier request may still be in progress.
      connection.on('error', () => {}).on('drain', () => pendingResponse(connection)?.emit('drain'))
      whenFree(connection, () => refuseOnSocket(app, connection, refusal))
    }
  })
}

function sendOver (response: ServerResponse, app: FastifyInstance, refusal: Refusal): void {
  const { fields, body } = responseTo(app, refusal)
  response.writeHead(refusal.statusCode, fields).end(body)
}

/** Waits for the responses to the requests before. */
function whenFree (socket: Duplex, respond: () => void): void {
  if (socket.destroyed) return
  const response = pendingResponse(socket)
  if (response === null) respond()
  else response.once('close', () => whenFree(socket, respond))
}
