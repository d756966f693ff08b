import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import { isGrpc } from '../http/media-types.ts'
import { type Mounted, pathBehind } from '../http/mounted-prefix.ts'
import { splitTarget } from '../http/request-target.ts'
import { contextOf } from '../stage/context.ts'
import { isConnectionBound } from './request/connection-bound.ts'
import { logClientClosed } from './upstream-errors.ts'
import { Exchange } from './exchange/exchange.ts'
import { upgradingOf } from '../server/take-over-server.ts'
import { Mount } from './mount.ts'
import { bodyOf } from './request/request-body.ts'
import { payloadOf } from './request/request-payload.ts'
import { isDestroyed } from '../server/client-response.ts'
import { takesTrailers } from './response/trailers.ts'
import { allowedProtocols } from './request/upgrade-protocols.ts'

/** Fastify has returned from the handler, so it does not catch errors here. */
export function forwardLate (request: FastifyRequest, reply: FastifyReply, mount: Mount, mounted: Mounted): void {
  try {
    forward(request, reply, mount, mounted)
  } catch (error) {
    reply.send(error)
  }
}

/** Forwards a request to its version. */
export function forward (request: FastifyRequest, reply: FastifyReply, mount: Mount, mounted: Mounted): void {
  const { servedBy, match, removedParts } = contextOf(request)
  const route = mount.routeTo(servedBy!, match)
  const { version, maxRequestBytes, idleMs, streamIdleMs, grpcHeadersMs } = route.upstream
  // A client may leave while a resolver or a hook is still at work.
  if (isDestroyed(reply.raw)) return logClientClosed(request, version)
  const [path, query] = splitTarget(request.raw.url!)
  const behind = removedParts?.isWholePath === true ? '' : pathBehind(path, mounted)
  const { upgrade, te, 'content-type': type } = request.headers
  const payload = payloadOf(request)
  const isCall = type !== undefined && isGrpc(type)
  const headersTimeout = route.attemptMs ?? (isCall ? grpcHeadersMs : undefined)
  const body = bodyOf(request.raw, { bytes: maxRequestBytes, idle: isCall ? streamIdleMs : idleMs }, payload)
  const mirrors = mount.mirrors.of(servedBy!, match)
  const isStream = isCall || upgrade !== undefined
  const mirroring = mirrors === null || isStream ? null : mount.mirrors.draw(mirrors, { request, payload, behind, query }, body)
  new Exchange(reply, route, {
    method: request.raw.method as Dispatcher.HttpMethod,
    path: route.pathOf(behind, removedParts) + query,
    headers: route.requestHeaders(request, payload),
    // With `reset`, undici closes the connection after the response.
    reset: isConnectionBound(request),
    upgrade: upgrade === undefined || upgradingOf(request.raw) === undefined ? null : allowedProtocols(upgrade, route.protocols),
    // By default undici takes the name from `Host`, and opens a new connection whenever it changes.
    servername: 'target',
    body,
    takesTrailers: te !== undefined && takesTrailers(request),
    ...headersTimeout !== undefined && { headersTimeout }
  }, mirroring).start()
}
