import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { hasMoreListeners, takeListeners } from './server-listeners.ts'

// Touches: the listeners of others for `Expect`, through server-listeners.ts. No internals: `resume` and `newListener` are public.

type Server = FastifyInstance['server']
type Handle = (request: IncomingMessage, response: ServerResponse) => void

const awaitingContinue = new WeakMap<object, () => void>()

/** Sends `100 Continue` to a client that holds its body back (RFC 9110 10.1.1). */
export function requestBody (raw: object): void {
  awaitingContinue.get(raw)?.()
  awaitingContinue.delete(raw)
}

/** Whether a client holds its body back until it gets `100 Continue`. */
export function isHeldBack (raw: object): boolean {
  return awaitingContinue.has(raw)
}

/** Whether a request expects something that the gateway does not know. HTTP/1.0 has no expectations (RFC 9110 10.1.1). */
export function hasUnknownExpectation ({ headers, httpVersion }: IncomingMessage): boolean {
  return (headers.expect ?? '').trim() !== '' && httpVersion !== '1.0' && !/(^|\W)100-continue($|\W)/i.test(headers.expect!)
}

/** Lets requests with `Expect` under the prefix reach the router. Elsewhere, earlier listeners handle them, or Node's defaults apply. */
export function takeExpectations (server: Server, isOurs: (request: IncomingMessage) => boolean): void {
  takeExpectation(server, 'checkContinue', isOurs, (request, response) => {
    response.writeContinue()
    server.emit('request', request, response)
  })
  takeExpectation(server, 'checkExpectation', isOurs, (_request, response) => response.writeHead(417).end())
}

function takeExpectation (server: Server, event: string, isOurs: (request: IncomingMessage) => boolean, byDefault: Handle): void {
  const callOthers = takeListeners(server, event)
  server.on(event, (request: IncomingMessage, response: ServerResponse) => {
    // A listener that the app has added later cannot be kept from responding.
    if (isOurs(request) && !hasMoreListeners(server, event)) {
      holdBack(request, response)
      server.emit('request', request, response)
    } else if (callOthers !== null) callOthers(request, response)
    else if (!hasMoreListeners(server, event)) byDefault(request, response)
  })
}

/** Asks the client for its body on the first read, whether by the exchange or by a route of the app. */
function holdBack (request: IncomingMessage, response: ServerResponse): void {
  const { shouldKeepAlive } = response
  // A refused client may or may not send its body, so the connection cannot be reused.
  response.shouldKeepAlive = false
  if (hasUnknownExpectation(request)) return
  awaitingContinue.set(request, () => {
    if (response.headersSent) return
    response.shouldKeepAlive = shouldKeepAlive
    response.writeContinue()
  })
  const ask = (): void => requestBody(request)
  // A stream is read by making it flow, or by a listener for `readable`.
  request.once('resume', ask).on('newListener', (event) => { if (event === 'readable') ask() })
}
