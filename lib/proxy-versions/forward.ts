import type { Readable } from 'node:stream'
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
import type { Mirroring } from './mirror/mirroring.ts'
import type { Mount } from './mount.ts'
import { bodyOf, type RequestBody } from './request/request-body.ts'
import { payloadOf } from './request/request-payload.ts'
import type { Route } from './route.ts'
import { isDestroyed } from '../server/client-response.ts'
import { takesTrailers } from './response/trailers.ts'
import { allowedProtocols } from './request/upgrade-protocols.ts'

/** A request on its way to its version. Its body is open, so external checks can read the start of it before it is sent. */
export class Forwarding {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly route: Route
  readonly payload: Readable
  readonly body: Buffer | RequestBody | null
  /** The path behind the mount's prefix, without the removed parts. */
  readonly #behind: string
  readonly #query: string
  readonly #isCall: boolean
  /** Copies the request for other versions; `null` if no mirror has drawn it. */
  readonly #mirroring: Mirroring | null

  constructor (request: FastifyRequest, reply: FastifyReply, mount: Mount, mounted: Mounted) {
    const { servedBy, match, removedParts } = contextOf(request)
    const { upgrade, 'content-type': type } = request.headers
    const [path, query] = splitTarget(request.raw.url!)
    this.request = request
    this.reply = reply
    this.route = mount.routeTo(servedBy!, match)
    this.payload = payloadOf(request)
    this.#behind = removedParts?.isWholePath === true ? '' : pathBehind(path, mounted)
    this.#query = query
    this.#isCall = type !== undefined && isGrpc(type)
    const { maxRequestBytes, idleMs, streamIdleMs } = this.route.upstream
    this.body = bodyOf(request.raw, { bytes: maxRequestBytes, idle: this.#isCall ? streamIdleMs : idleMs }, this.payload)
    const mirrors = mount.mirrors.of(servedBy!, match)
    this.#mirroring = mirrors === null || this.#isCall || upgrade !== undefined
      ? null
      : mount.mirrors.draw(mirrors, { request, payload: this.payload, behind: this.#behind, query }, this.body)
  }

  /** Begins the exchange with the upstream. */
  send (): void {
    const { request, route, payload, body } = this
    const { upgrade, te } = request.headers
    const headersTimeout = route.attemptMs ?? (this.#isCall ? route.upstream.grpcHeadersMs : undefined)
    new Exchange(this.reply, route, {
      method: request.raw.method as Dispatcher.HttpMethod,
      path: route.pathOf(this.#behind, contextOf(request).removedParts) + this.#query,
      headers: route.requestHeaders(request, payload),
      // With `reset`, undici closes the connection after the response.
      reset: isConnectionBound(request),
      upgrade: upgrade === undefined || upgradingOf(request.raw) === undefined ? null : allowedProtocols(upgrade, route.protocols),
      // By default undici takes the name from `Host`, and opens a new connection whenever it changes.
      servername: 'target',
      body,
      takesTrailers: te !== undefined && takesTrailers(request),
      ...headersTimeout !== undefined && { headersTimeout }
    }, this.#mirroring).start()
  }
}

type Forward = (request: FastifyRequest, reply: FastifyReply, mount: Mount, mounted: Mounted) => void

/** Fastify has returned from the handler, so it does not catch errors here. */
export function forwardLate (start: Forward, request: FastifyRequest, reply: FastifyReply, mount: Mount, mounted: Mounted): void {
  try {
    start(request, reply, mount, mounted)
  } catch (error) {
    reply.send(error)
  }
}

/** Forwards a request to its version. */
export function forward (request: FastifyRequest, reply: FastifyReply, mount: Mount, mounted: Mounted): void {
  // A client may leave while a resolver or a hook is still at work.
  if (isDestroyed(reply.raw)) logClientClosed(request, contextOf(request).servedBy!.id)
  else new Forwarding(request, reply, mount, mounted).send()
}
