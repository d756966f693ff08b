import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import proxyAddr from '@fastify/proxy-addr'
import type { RequestIds, RequestIdOptions } from '../../types/index.ts'

/** What an id of somebody else's may look like: nothing that could break a log line or a header. */
const acceptable = /^[\w.:@/+=-]{1,128}$/

/**
 * Gives every request an id, as options for Fastify: the one that it comes with when a proxy of one's own has sent it, else
 * a new one (UUID, RFC 9562).
 *
 * @throws TypeError when an address of `trust` is none
 *
 * @example
 * const app = Fastify({ ...requestIds({ trust: '10.0.0.0/8' }) })
 */
export function requestIds ({ header = 'x-request-id', trust = false }: RequestIdOptions = {}): RequestIds {
  const name = header.toLowerCase()
  const isTrusted = typeof trust === 'boolean' ? () => trust : proxyAddr.compile(typeof trust === 'string' ? [trust] : [...trust])

  return {
    requestIdHeader: false,
    genReqId ({ headers, socket }: IncomingMessage | Http2ServerRequest): string {
      const given = headers[name]
      const isTaken = typeof given === 'string' && acceptable.test(given) && isTrusted(socket.remoteAddress ?? '', 0)
      return isTaken ? given : randomUUID()
    }
  }
}
