import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import proxyAddr from '@fastify/proxy-addr'
import type { RequestIds, RequestIdOptions } from '../../types/observe.ts'
import { withDefaults } from '../config/normalize.ts'
import { requestIdDefaults } from '../config/normalize-plugins.ts'

/** The form of ids that are accepted from proxies. It excludes everything that could break a log line or a header. */
const acceptable = /^[\w.:@/+=-]{1,128}$/

/**
 * Returns Fastify options that give every request an id: the one in the request if it comes from a trusted proxy, or else a
 * new UUID (RFC 9562).
 *
 * @throws TypeError if an item of `trust` is not an address
 *
 * @example
 * const app = Fastify({ ...requestIds({ trust: '10.0.0.0/8' }) })
 */
export function requestIds (options: RequestIdOptions = {}): RequestIds {
  const { header, trust } = withDefaults(options, requestIdDefaults)
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
