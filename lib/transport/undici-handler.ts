import type { Duplex } from 'node:stream'
import { Client, type Dispatcher } from 'undici'
import { unknownCoding } from './transport-errors.ts'
import { fieldValue, rawFieldList, type RawHeaders } from '../http/raw-headers.ts'
import { isClosed, type UpgradeHandler, type UpstreamRequest } from './upstream-handler.ts'

/** The connection that carries the request. */
interface Connection {
  /** The socket has carried a request before this one. */
  isReused: boolean
  /** Stops reading. */
  hold (): void
  release (): void
  /** The response has no length, so a body ends with the connection. */
  watchEnd (): void
  /** Leaves the socket to the handler. */
  handOver (): void
  /** The request is over. */
  leave (): void
  /** The request could not be sent. */
  discard (): void
  /** The upstream closed the connection before this request arrived. */
  onStale (): void
}

/**
 * Translates undici's callbacks for one request. Only this file knows them, so a new major version of undici changes no
 * other file. These are the callbacks of undici 7. undici 8 has others, which `ControlledHandler` translates.
 */
export class UndiciHandler implements UpstreamRequest {
  readonly #handler: UpgradeHandler
  readonly #connection: Connection
  readonly #hasBody: boolean
  #abort: ((reason: Error) => void) | null = null
  #isHeld = false
  /** A response has begun, even if only an interim one. */
  #wasProcessed = false
  #hasResponse = false

  /** @param hasBody whether the request has a body */
  constructor (handler: UpgradeHandler, connection: Connection, hasBody: boolean) {
    this.#handler = handler
    this.#connection = connection
    this.#hasBody = hasBody
  }

  abort (reason: Error): void {
    this.#abort!(reason)
  }

  /** Does nothing after the end: by then the connection may carry another request. */
  resume (): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#connection.release()
  }

  onConnect (abort: (reason: Error) => void): void {
    this.#abort = abort
    this.#handler.onRequest(this)
  }

  onUpgrade (_status: number, rawHeaders: RawHeaders, socket: Duplex): void {
    this.#connection.handOver()
    this.#connection.leave()
    this.#handler.onUpgrade(rawHeaders, socket)
  }

  onHeaders (status: number, rawHeaders: RawHeaders, _resume: unknown, reason = ''): true {
    this.#wasProcessed = true
    this.#hasResponse = status >= 200
    if (status >= 200 && endsWithConnection(rawHeaders)) this.#connection.watchEnd()
    this.#handler.onHeaders(status, rawHeaders, reason)
    return true
  }

  /** Pauses the socket instead of the parser: undici 7 fails when a connection ends while its parser is paused. */
  onData (chunk: Buffer): true {
    if (this.#handler.onData(chunk) || this.#isHeld) return true
    this.#isHeld = true
    this.#connection.hold()
    return true
  }

  onComplete (rawTrailers: RawHeaders): void {
    this.#isHeld = false
    this.#connection.leave()
    this.#handler.onComplete(rawTrailers)
  }

  /** undici may refuse a request before it has a connection. */
  onError (error: Error): void {
    this.#isHeld = false
    const isStale = !this.#wasProcessed && this.#connection.isReused && isClosed(error)
    // The system resets a connection that an upstream closes with unread bytes, so the upstream may only have refused the body.
    const mayHaveRefused = this.#hasBody && this.#hasResponse && isClosed(error)
    if (this.#abort === null) this.#connection.discard()
    else this.#connection.leave()
    if (isStale) this.#connection.onStale()
    this.#handler.onError(error, isStale || mayHaveRefused)
  }
}

type Controller = Dispatcher.DispatchController
type Fields = Record<string, string | string[] | undefined>

/**
 * Translates the callbacks that undici 7 and 8 have in common. They also pass the fields as an object. It is ignored, because it has
 * lost the order and the case of the names, and for some fields the bytes.
 */
export class ControlledHandler implements Dispatcher.DispatchHandler {
  readonly #handler: UndiciHandler

  constructor (handler: UndiciHandler) {
    this.#handler = handler
  }

  onRequestStart (controller: Controller): void {
    this.#handler.onConnect((reason) => controller.abort(reason))
  }

  onRequestUpgrade ({ rawHeaders }: Controller, status: number, _headers: Fields, socket: Duplex): void {
    this.#handler.onUpgrade(status, rawHeaders as Buffer[], socket)
  }

  onResponseStart (controller: Controller, status: number, _headers: Fields, reason?: string): void {
    this.#handler.onHeaders(status, controller.rawHeaders as Buffer[], null, reason)
  }

  onResponseData (_controller: Controller, chunk: Buffer): void {
    this.#handler.onData(chunk)
  }

  onResponseEnd ({ rawTrailers }: Controller): void {
    this.#handler.onComplete(rawTrailers as Buffer[])
  }

  onResponseError (_controller: Controller | undefined, error: Error): void {
    this.#handler.onError(error)
  }
}

/**
 * Makes the handler for a connection. For the callbacks that it shares with undici 8, undici 7 makes an object of the fields, which
 * takes 2 us.
 */
export function handlerOf (...request: ConstructorParameters<typeof UndiciHandler>): Dispatcher.DispatchHandler {
  const handler = new UndiciHandler(...request)
  // The types of undici 7 declare other parameters than it passes.
  return isVersion7 ? handler as unknown as Dispatcher.DispatchHandler : new ControlledHandler(handler)
}

/** An invalid request shows which callbacks undici calls. */
const isVersion7 = ((): boolean => {
  let isCalled = false
  try {
    new Client('http://localhost').dispatch(null as never, { onError: () => { isCalled = true } })
  } catch {}
  return isCalled
})()

/**
 * Whether only the end of the connection marks the end of the body (RFC 9112 6.3). `identity` is an obsolete name for no
 * coding at all.
 *
 * @throws for every other coding than `chunked`: it concerns this hop only, and without it the client could not decode the
 * body. nginx refuses such a response too.
 */
export function endsWithConnection (rawHeaders: RawHeaders): boolean {
  if (fieldValue(rawHeaders, 'transfer-encoding') === undefined) return fieldValue(rawHeaders, 'content-length') === undefined
  const coding = rawFieldList(rawHeaders, 'transfer-encoding')!.trim().toLowerCase()
  if (coding !== 'chunked' && coding !== 'identity') throw unknownCoding(coding)
  return coding === 'identity'
}
