import type { Duplex } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { contextOf } from '../../stage/context.ts'
import { notOffered } from '../upstream-errors.ts'
import { upgradingOf } from '../../server/take-over-server.ts'
import type { Route } from '../route.ts'
import { fieldValue, type RawHeaders } from '../../http/raw-headers.ts'
import { goingAway, Tunnel } from './tunnel.ts'
import { allowedProtocols } from '../request/upgrade-protocols.ts'
import { flushSwitch } from '../../server/flush-head.ts'
import { writeHead } from '../../server/write-head.ts'

/** Maximum delay of a timer, in milliseconds. */
const maxTimerMs = 2 ** 31 - 1

/**
 * Forwards a 101 of the upstream, and then all bytes in both directions.
 *
 * @throws when the upstream chose a protocol that the client did not offer (RFC 9110 7.8)
 */
export function openTunnel (request: FastifyRequest, reply: FastifyReply, route: Route, rawHeaders: RawHeaders, upstream: Duplex): void {
  const { socket: client, head } = upgradingOf(request.raw)!
  const { inFlight, responseHeaders } = route
  const protocol = fieldValue(rawHeaders, 'upgrade')!
  const offered = allowedProtocols(request.headers.upgrade!, route.protocols)!
  if (!offered.toLowerCase().split(', ').includes(protocol.toLowerCase())) throw notOffered(protocol)

  const isWebSocket = protocol.toLowerCase() === 'websocket'
  const headers = responseHeaders(rawHeaders, reply)
  const { removedParts, observation, now } = contextOf(request)
  const { subprotocol } = removedParts ?? {}
  // Browsers fail a connection that offers subprotocols and gets none. The upstream was not offered this one.
  if (isWebSocket && subprotocol !== undefined && fieldValue(rawHeaders, 'sec-websocket-protocol') === undefined) {
    headers.push('sec-websocket-protocol', subprotocol)
  }
  writeHead(reply.raw, 101, 'Switching Protocols', [...headers, 'connection', 'upgrade', 'upgrade', protocol])
  flushSwitch(reply.raw)
  reply.hijack()
  client.unshift(head)

  const tunnel = new Tunnel(client, upstream, {
    isWebSocket,
    traffic: observation?.tunnel() ?? null,
    idle: route.upstream.tunnelIdleMs,
    onClose: () => {
      clearTimeout(expiry)
      inFlight.endTunnel(tunnel)
      route.upstream.endUpgrade()
    }
  })
  inFlight.tunnels.add(tunnel)
  // The gateway may have begun to close since then.
  if (inFlight.isClosing) tunnel.close(goingAway)
  const { exp } = request.identity?.claims ?? {}
  const left = Number(exp) * 1000 - now()
  // A timer cannot wait longer than `maxTimerMs`, which no connection is expected to outlast.
  const expiry = route.closesAtExpiry && left < maxTimerMs
    ? setTimeout(() => tunnel.close({ code: 1008, reason: 'token expired' }), left)
    : undefined
}
