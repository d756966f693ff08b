import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { hasBody } from '../http/framing.ts'
import { isUnder, type Mounted, mountedAt, withShortParameters } from '../http/mounted-prefix.ts'
import { renderClosing } from './closing-refusal.ts'
import { isCompatible } from '../shared/compatibility.ts'
import { takeConnect } from './connect-method.ts'
import { takeExpectations } from './expectations.ts'
import { isBusy, recordPending } from './pending-responses.ts'
import { replayWithoutUpgrade } from './replay-without-upgrade.ts'
import { hasMoreListeners, interceptEvent, takeListeners } from './server-listeners.ts'
import { refuseUnknownMethod } from './unknown-methods.ts'
import { makeRoutable } from './routable-requests.ts'

// Touches: `assignSocket` of a response, `shouldUpgradeCallback` of a server, and the listeners that others have added for parse
// errors. Gains: upgrades pass the same hooks as all other requests. Without it, there are no WebSockets. `compatibility`
// does not turn it off: Node has no public way to respond to an upgrade as to a request. `app.inject()` relies on `assignSocket` too.

/** The connection of a request to upgrade to another protocol. Node no longer reads from it. */
export interface Upgrading {
  socket: Duplex
  /** Bytes that the client sent after its request. They are held back until the upstream agrees. */
  head: Buffer
}

type Server = FastifyInstance['server'] & { shouldUpgradeCallback?: (request: IncomingMessage) => boolean }
type IsOurs = (request: IncomingMessage) => boolean

const upgrading = new WeakMap<object, Upgrading>()

/** A prefix whose requests belong to the gateway. */
interface Place {
  app: FastifyInstance
  mounted: Mounted
  /** Whether the gateway can forward the protocols of an `Upgrade` field. */
  takesUpgrade: (field: string) => boolean
  /** Whether the app has begun to close. */
  isClosing: () => boolean
}

const gatewaysOf = new WeakMap<Server, Place[]>()

/** Returns the scope of the first gateway on a server, or `undefined` before a gateway has taken over the server. */
export function gatewayOn (server: Server): FastifyInstance | undefined {
  return gatewaysOf.get(server)?.[0]!.app
}

/** The connection of a request to upgrade to another protocol, or `undefined` for other requests. */
export function upgradingOf (raw: object): Upgrading | undefined {
  return upgrading.get(raw)
}

/**
 * Takes over what Node's server handles before a request reaches Fastify. Upgrades and expectations go through the router,
 * so that the same hooks see them. An unknown method gets 501, and `CONNECT` 405. The listeners of others still handle everything
 * outside the prefix.
 */
export function takeOverServer (
  app: FastifyInstance, prefix: string, takesUpgrade: Place['takesUpgrade'], isClosing: Place['isClosing'] = () => false
): void {
  const { server, routing, initialConfig, supportedMethods } = app
  const before = gatewaysOf.get(server)
  gatewaysOf.set(server, [...before ?? [], { app, mounted: mountedAt(prefix, { initialConfig }), takesUpgrade, isClosing }])
  if (before !== undefined) return
  const isOurs = ({ url }: Pick<IncomingMessage, 'url'>): boolean => placeOf(server, url!) !== undefined
  const hasUse: IsOurs = ({ url, headers }) =>
    gatewaysOf.get(server)!.some((place) => isUnder(place.mounted, url!) && place.takesUpgrade(headers.upgrade!))
  const methods = new Set(supportedMethods)
  // This must run before Fastify's own listener, which routes the request.
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (isCompatible) recordPending(request, response)
    const { url, method } = request
    if (url!.includes('%') || !methods.has(method!) || isSpecial(gatewaysOf.get(server)!, url!)) prepareRequest(server, methods, request, response)
  })
  takeUpgrades(server, (request, response) => {
    prepareRequest(server, methods, request, response)
    routing(request, response)
  }, isOurs, hasUse)
  takeExpectations(server, isOurs)
  takeUnknownMethods(app, isOurs)
  takeConnect(app)
}

/** Changes a request that belongs to a gateway, so that Fastify routes it and runs its hooks. */
export function prepareRequest (server: Server, methods: ReadonlySet<string>, request: IncomingMessage, response: ServerResponse): void {
  const place = placeOf(server, request.url!)
  if (place === undefined) return
  makeRoutable(request, methods, withShortParameters(place.mounted, request.url!))
  if (place.isClosing()) renderClosing(place.app, response)
}

function placeOf (server: Server, url: string): Place | undefined {
  return gatewaysOf.get(server)?.find((place) => isUnder(place.mounted, url))
}

/** Whether Fastify may refuse a request itself, because the value of a parameter is too long or the app is closing. */
function isSpecial (places: readonly Place[], url: string): boolean {
  for (const { mounted, isClosing } of places) {
    if (url.length > mounted.maxParameterLength || isClosing()) return true
  }
  return false
}

function takeUpgrades (server: Server, routing: FastifyInstance['routing'], isOurs: IsOurs, hasUse: IsOurs): void {
  const before = server.shouldUpgradeCallback
  const isTaken = (request: IncomingMessage): boolean => isOurs(request)
    ? isUpgrade(request) && hasUse(request)
    : hasMoreListeners(server, 'upgrade') && before?.call(server, request) !== false

  // Only newer versions of Node call this. They also read the body, so `replayWithoutUpgrade` cannot replay it.
  server.shouldUpgradeCallback = isTaken
  interceptEvent(server, 'upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isTaken(request)) {
      if (!isOurs(request)) return false
      upgrading.set(request, { socket, head })
      routing(request, responseOn(socket, request))
    } else if (before !== undefined && hasBody(request)) socket.destroy()
    else replayWithoutUpgrade(server, request, socket, head)
    return true
  })
}

/** Earlier listeners, such as Fastify's, handle all other parse errors. */
function takeUnknownMethods (app: FastifyInstance, isOurs: (request: { url: string }) => boolean): void {
  const { server } = app
  const callOthers = takeListeners(server, 'clientError')
  server.on('clientError', (error: Error, socket: Duplex) => {
    if (refuseUnknownMethod(app, error, socket, isOurs)) return
    if (callOthers !== null) callOthers(error, socket)
    else if (!hasMoreListeners(server, 'clientError')) socket.destroy(error)
  })
}

/**
 * Whether an upgrade can be forwarded. A server may ignore `Upgrade` (RFC 9110 7.8). The gateway does so for HTTP/1.0, for a
 * request with a body, and for a pipelined request whose predecessor has no response yet.
 */
function isUpgrade (request: IncomingMessage): boolean {
  const { httpVersion, socket } = request
  return httpVersion === '1.1' && !hasBody(request) && !isBusy(socket)
}

/** Makes a response for a connection from which Node reads no more requests. */
function responseOn (socket: Duplex, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0])
  response.on('finish', () => {
    // Unread bytes would make the system reset the connection and destroy the response in transit.
    socket.on('finish', () => socket.destroy()).resume().end()
  })
  // Node stopped forwarding this when it handed the socket over.
  socket.on('drain', () => response.emit('drain'))
  // A socket emits `end` only while it is read, and an `error` without a listener would be thrown.
  socket.on('error', () => {}).on('end', () => { if (response.statusCode !== 101) socket.destroy() }).read(0)
  return response
}
