import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { isUnder, type Mounted, mountedAt } from './request-target.ts'
import { isBusy, sendAgain } from './send-again.ts'
import { answerUnknownMethod } from './unknown-methods.ts'
import { makeRoutable } from '../url/routable.ts'

/** What is left of the connection of a request that asks for another protocol. */
export interface Upgrading {
  socket: Duplex
  /** What the client sent behind its request. It is kept back until the upstream agrees. */
  head: Buffer
}

type Server = FastifyInstance['server'] & { shouldUpgradeCallback?: (request: IncomingMessage) => boolean }
type App = Pick<FastifyInstance, 'server' | 'routing' | 'initialConfig' | 'supportedMethods'>
type IsOurs = (request: IncomingMessage) => boolean

const upgrading = new WeakMap<object, Upgrading>()
const awaitingContinue = new WeakMap<object, () => void>()
/** A place where the requests to a server are the gateway's. */
interface Place {
  mounted: Mounted
  /** Whether it has a use for what an `Upgrade` field asks for. */
  takesUpgrade: (field: string) => boolean
}

const placesOf = new WeakMap<Server, Place[]>()

/** The connection of a request that asks for another protocol; `undefined` for all others. */
export function upgradingOf (raw: object): Upgrading | undefined {
  return upgrading.get(raw)
}

/** Has a client send the body that it holds back (`Expect: 100-continue`, RFC 9110 10.1.1). */
export function askForBody (raw: object): void {
  awaitingContinue.get(raw)?.()
  awaitingContinue.delete(raw)
}

/** Whether a client holds the body back until it is asked for it. */
export function isHeldBack (raw: object): boolean {
  return awaitingContinue.has(raw)
}

/**
 * Takes over three things under a prefix that Node's server does before a request reaches Fastify. Upgrades go
 * through the router like any request, so that the same hooks see them; `Expect: 100-continue` is answered
 * when the body is wanted; a method that Node does not know is 501. Whoever listened before keeps what is not under the prefix.
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
  // Before Fastify's own listener, which routes the request at once.
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

  // Newer versions of Node ask. They read a body too, so that it cannot be read again.
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

/** Fastify, or whoever listened before, handles all other parse errors. */
function takeUnknownMethods (server: Server, isOurs: (request: { url: string }) => boolean): void {
  const callOthers = takeListeners(server, 'clientError')
  server.on('clientError', (error: Error, socket: Duplex) => {
    if (answerUnknownMethod(error, socket, isOurs)) return
    if (callOthers !== null) callOthers(error, socket)
    else if (!hasMoreListeners(server, 'clientError')) socket.destroy(error)
  })
}

/** @returns what calls the listeners that an event had, `null` for none */
function takeListeners (server: Server, event: string): ((...args: unknown[]) => void) | null {
  const listeners = server.listeners(event)
  server.removeAllListeners(event)
  return listeners.length === 0 ? null : (...args) => listeners.forEach((listener) => Reflect.apply(listener, server, args))
}

/** Whether somebody listens who came later than the gateway. */
function hasMoreListeners (server: Server, event: string): boolean {
  return server.listenerCount(event) > 1
}

/**
 * Whether an upgrade can be passed on. A server may ignore it (RFC 9110 7.8), and it does for HTTP/2 and TLS,
 * which concern this connection alone, for HTTP/1.0, for a request with a body, and for one that comes before
 * the last was answered.
 */
function isUpgrade (request: IncomingMessage): boolean {
  const { headers, httpVersion, socket } = request
  return httpVersion === '1.1' && !hasBody(request) && !isBusy(socket) && !/(^|,)\s*(h2c?|tls\/[\d.]+)\s*(,|$)/i.test(headers.upgrade!)
}

function hasBody ({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** A response on the connection, which has nothing behind it: Node reads no more requests there. */
function responseOn (socket: Duplex, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0])
  response.on('finish', () => {
    // What it may still send must not break the answer on its way.
    socket.on('finish', () => socket.destroy()).resume().end()
  })
  // Node did this, until it left the connection to whoever asked for it.
  socket.on('drain', () => response.emit('drain'))
  // Both are noticed only while somebody reads or listens.
  socket.on('error', () => {}).on('end', () => { if (response.statusCode !== 101) socket.destroy() }).read(0)
  return response
}

/** Has the client asked for the body by whoever reads it first: the exchange, or a route of the app's. */
function holdBack (request: IncomingMessage, response: ServerResponse): void {
  const { shouldKeepAlive } = response
  const read = request._read
  // A client that is refused may send its body or not: only a new connection makes that certain.
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
