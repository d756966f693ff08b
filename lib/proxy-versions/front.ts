import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { isUnder, type Mounted, mountedAt } from './request-target.ts'
import { isBusy, sendAgain } from './send-again.ts'
import { answerUnknownMethod } from './unknown-methods.ts'
import { makeRoutable } from '../url/routable.ts'

/** The connection of a request that asks for another protocol. Node no longer reads from it. */
export interface Upgrading {
  socket: Duplex
  /** Bytes that the client sent after its request. They are held back until the upstream agrees. */
  head: Buffer
}

type Server = FastifyInstance['server'] & { shouldUpgradeCallback?: (request: IncomingMessage) => boolean }
type App = Pick<FastifyInstance, 'server' | 'routing' | 'initialConfig' | 'supportedMethods'>
type IsOurs = (request: IncomingMessage) => boolean

const upgrading = new WeakMap<object, Upgrading>()
const awaitingContinue = new WeakMap<object, () => void>()
/** A prefix whose requests belong to the gateway. */
interface Place {
  mounted: Mounted
  /** Whether the gateway can forward the protocols of an `Upgrade` field. */
  takesUpgrade: (field: string) => boolean
}

const placesOf = new WeakMap<Server, Place[]>()

/** The connection of a request that asks for another protocol; `undefined` for all others. */
export function upgradingOf (raw: object): Upgrading | undefined {
  return upgrading.get(raw)
}

/** Sends `100 Continue` to a client that holds its body back (RFC 9110 10.1.1). */
export function askForBody (raw: object): void {
  awaitingContinue.get(raw)?.()
  awaitingContinue.delete(raw)
}

/** Whether a client holds its body back until it gets `100 Continue`. */
export function isHeldBack (raw: object): boolean {
  return awaitingContinue.has(raw)
}

/**
 * Takes over three things that Node's server handles before a request reaches Fastify. Upgrades go through the router,
 * so that the same hooks see them. `Expect: 100-continue` is answered when the body is read. An unknown method gets 501.
 * Earlier listeners still handle everything outside the prefix.
 */
export function takeOver (
  { server, routing, initialConfig, supportedMethods }: App, prefix: string, takesUpgrade: Place['takesUpgrade']
): void {
  const before = placesOf.get(server)
  placesOf.set(server, [...before ?? [], { mounted: mountedAt(prefix, { initialConfig }), takesUpgrade }])
  if (before !== undefined) return
  const isOurs = ({ url }: Pick<IncomingMessage, 'url'>): boolean => placesOf.get(server)!.some((place) => isUnder(place.mounted, url!))
  const hasUse: IsOurs = ({ url, headers }) =>
    placesOf.get(server)!.some((place) => isUnder(place.mounted, url!) && place.takesUpgrade(headers.upgrade!))
  const methods = new Set(supportedMethods)
  // This must run before Fastify's own listener, which routes the request.
  server.prependListener('request', (request: IncomingMessage) => {
    if ((request.url!.includes('%') || !methods.has(request.method!)) && isOurs(request)) makeRoutable(request, methods)
  })
  takeUpgrades(server, (request, response) => {
    makeRoutable(request, methods)
    routing(request, response)
  }, isOurs, hasUse)
  takeExpectations(server, isOurs)
  takeUnknownMethods(server, isOurs)
}

function takeUpgrades (server: Server, routing: FastifyInstance['routing'], isOurs: IsOurs, hasUse: IsOurs): void {
  const callOthers = takeListeners(server, 'upgrade')
  const before = server.shouldUpgradeCallback
  const isTaken = (request: IncomingMessage): boolean => isOurs(request)
    ? isUpgrade(request) && hasUse(request)
    : (callOthers !== null || hasMoreListeners(server, 'upgrade')) && before?.call(server, request) !== false

  // Only newer versions of Node call this. They also read the body, so `sendAgain` cannot replay it.
  server.shouldUpgradeCallback = isTaken
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isTaken(request)) {
      if (!isOurs(request)) return callOthers?.(request, socket, head)
      upgrading.set(request, { socket, head })
      routing(request, responseOn(socket, request))
    } else if (before !== undefined && hasBody(request)) socket.destroy()
    else sendAgain(server, request, socket, head)
  })
}

function takeExpectations (server: Server, isOurs: IsOurs): void {
  const callOthers = takeListeners(server, 'checkContinue')

  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (isOurs(request)) holdBack(request, response)
    else if (callOthers !== null) return callOthers(request, response)
    else if (hasMoreListeners(server, 'checkContinue')) return
    else response.writeContinue()
    server.emit('request', request, response)
  })
}

/** Earlier listeners, such as Fastify's, handle all other parse errors. */
function takeUnknownMethods (server: Server, isOurs: (request: { url: string }) => boolean): void {
  const callOthers = takeListeners(server, 'clientError')
  server.on('clientError', (error: Error, socket: Duplex) => {
    if (answerUnknownMethod(error, socket, isOurs)) return
    if (callOthers !== null) callOthers(error, socket)
    else if (!hasMoreListeners(server, 'clientError')) socket.destroy(error)
  })
}

/** @returns a function that calls the removed listeners; `null` if there were none */
function takeListeners (server: Server, event: string): ((...args: unknown[]) => void) | null {
  const listeners = server.listeners(event)
  server.removeAllListeners(event)
  return listeners.length === 0 ? null : (...args) => listeners.forEach((listener) => Reflect.apply(listener, server, args))
}

/** Whether a listener was added after the gateway's. */
function hasMoreListeners (server: Server, event: string): boolean {
  return server.listenerCount(event) > 1
}

/**
 * Whether an upgrade can be forwarded. A server may ignore `Upgrade` (RFC 9110 7.8). The gateway does so for HTTP/2 and
 * TLS, which only concern this hop, for HTTP/1.0, for a request with a body, and for a pipelined request whose
 * predecessor has no response yet.
 */
function isUpgrade (request: IncomingMessage): boolean {
  const { headers, httpVersion, socket } = request
  return httpVersion === '1.1' && !hasBody(request) && !isBusy(socket) && !/(^|,)\s*(h2c?|tls\/[\d.]+)\s*(,|$)/i.test(headers.upgrade!)
}

function hasBody ({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
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

/** Asks the client for its body on the first read, whether by the exchange or by a route of the app. */
function holdBack (request: IncomingMessage, response: ServerResponse): void {
  const { shouldKeepAlive } = response
  const read = request._read
  // A refused client may or may not send its body, so the connection cannot be reused.
  response.shouldKeepAlive = false
  awaitingContinue.set(request, () => {
    if (response.headersSent) return
    response.shouldKeepAlive = shouldKeepAlive
    response.writeContinue()
  })
  request._read = (size) => {
    askForBody(request)
    read.call(request, size)
  }
}
