import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { methodUnknown } from '../errors.ts'
import { isBusy } from './pending-responses.ts'
import { refuseOnSocket } from './socket-refusal.ts'

/** A parse error of Node's server. */
interface ParseError extends Error {
  code?: string
  rawPacket?: Buffer
}

/** A well-formed request line. Everything else that Node cannot parse gets 400. */
const requestLine = /^[!#$%&'*+.^_`|~\dA-Za-z-]+ (\S+) HTTP\/1\.[01]\r?\n/

/**
 * Responds 501 to a method that Node's parser does not know (RFC 9110 9.1).
 *
 * @returns whether an unknown method was the error
 */
export function refuseUnknownMethod (
  app: FastifyInstance, { code, rawPacket }: ParseError, socket: Duplex, isOurs: (request: { url: string }) => boolean
): boolean {
  if (code !== 'HPE_INVALID_METHOD' || !socket.writable || isBusy(socket)) return false
  const [, url] = requestLine.exec(rawPacket!.toString('latin1')) ?? []
  if (url === undefined || !isOurs({ url })) return false
  refuseOnSocket(app, socket, methodUnknown({}))
  return true
}
