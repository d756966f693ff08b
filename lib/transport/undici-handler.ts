import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
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

type Controller = Dispatcher.DispatchController
type Fields = Record<string, string | string[] | undefined>

/**
 * Translates undici's callbacks for one request. Only this file knows them, so a new major version of undici changes no
 * other file. It works with undici 7.30 and 8.
 *
 * undici also passes the fields as an object. It is ignored, because it has lost the order and the case of the names,
 * and for some fields the bytes.
 */
export class UndiciHandler implements Dispatcher.DispatchHandler, UpstreamRequest {
  readonly #handler: UpgradeHandler
  readonly #connection: Connection
  readonly #hasBody: boolean
  #controller: Controller | null = null
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
    this.#controller!.abort(reason)
  }

  /** Does nothing after the end: by then the connection may carry another request. */
  resume (): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#connection.release()
  }

  onRequestStart (controller: Controller): void {
    this.#controller = controller
    this.#handler.onRequest(this)
  }

  onRequestUpgrade (controller: Controller, _status: number, _headers: Fields, socket: Duplex): void {
    this.#connection.handOver()
    this.#connection.leave()
    this.#handler.onUpgrade(controller.rawHeaders as Buffer[], socket)
  }

  onResponseStart (controller: Controller, status: number, _headers: Fields, reason = ''): void {
    this.#wasProcessed = true
    this.#hasResponse = status >= 200
    const rawHeaders = controller.rawHeaders as Buffer[]
    if (status >= 200 && endsWithConnection(rawHeaders)) this.#connection.watchEnd()
    this.#handler.onHeaders(status, rawHeaders, reason)
  }

  /** Pauses the socket instead of the parser: undici 7 fails when a connection ends while its parser is paused. */
  onResponseData (_controller: Controller, chunk: Buffer): void {
    if (this.#handler.onData(chunk) || this.#isHeld) return
    this.#isHeld = true
    this.#connection.hold()
  }

  onResponseEnd (controller: Controller): void {
    this.#isHeld = false
    this.#connection.leave()
    this.#handler.onComplete(controller.rawTrailers as Buffer[])
  }

  /** There is no controller when undici refuses a request before it has a connection. */
  onResponseError (_controller: Controller | undefined, error: Error): void {
    this.#isHeld = false
    const isStale = !this.#wasProcessed && this.#connection.isReused && isClosed(error)
    // The system resets a connection that an upstream closes with unread bytes, so the upstream may only have refused the body.
    const mayHaveRefused = this.#hasBody && this.#hasResponse && isClosed(error)
    if (this.#controller === null) this.#connection.discard()
    else this.#connection.leave()
    if (isStale) this.#connection.onStale()
    this.#handler.onError(error, isStale || mayHaveRefused)
  }
}

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
