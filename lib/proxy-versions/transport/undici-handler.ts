import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import { fieldValue, type RawHeaders } from '../raw-headers.ts'
import type { UpgradeHandler, UpstreamRequest } from './upstream-handler.ts'

/** What carries the request. */
interface Connection {
  /** A request is about to be sent. */
  begin (): void
  /** Its socket has carried a request before this one. */
  isReused: boolean
  /** Stops reading. */
  hold (): void
  release (): void
  /** The response ends when the connection does, unless it has no body. */
  watchEnd (): void
  /** Leaves the socket to the handler. */
  handOver (): void
  /** The request is over. */
  leave (): void
  /** The request could not be sent. */
  discard (): void
  /** The upstream has closed it before this request arrived. */
  onStale (): void
}

type Controller = Dispatcher.DispatchController
type Fields = Record<string, string | string[] | undefined>

/**
 * Translates undici's callbacks for one request. No other file knows them, so that a new major version of undici changes
 * this file only. It works with undici 7.30 and 8.
 *
 * undici passes the fields as an object as well. That object is not used: it has lost the order and the case of the
 * names, and for some fields the bytes.
 */
export class UndiciHandler implements Dispatcher.DispatchHandler, UpstreamRequest {
  readonly #handler: UpgradeHandler
  readonly #connection: Connection
  #controller: Controller | null = null
  #isHeld = false
  #hasResponse = false

  constructor (handler: UpgradeHandler, connection: Connection) {
    this.#handler = handler
    this.#connection = connection
  }

  abort (reason: Error): void {
    this.#controller!.abort(reason)
  }

  /** The connection may carry another request by now, which this one must not resume. */
  resume (): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#connection.release()
  }

  onRequestStart (controller: Controller): void {
    this.#controller = controller
    this.#connection.begin()
    this.#handler.onRequest(this)
  }

  onRequestUpgrade (controller: Controller, _status: number, _headers: Fields, socket: Duplex): void {
    this.#connection.handOver()
    this.#connection.leave()
    this.#handler.onUpgrade(controller.rawHeaders as Buffer[], socket)
  }

  onResponseStart (controller: Controller, status: number, _headers: Fields, reason = ''): void {
    this.#hasResponse = true
    const rawHeaders = controller.rawHeaders as Buffer[]
    if (status >= 200 && !hasLength(rawHeaders)) this.#connection.watchEnd()
    this.#handler.onHeaders(status, rawHeaders, reason)
  }

  /** It is the socket that is paused, and not the parser: undici 7 does not survive the end of a connection that is paused. */
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
    const isStale = !this.#hasResponse && this.#connection.isReused && isClosed(error)
    if (this.#controller === null) this.#connection.discard()
    else this.#connection.leave()
    if (isStale) this.#connection.onStale()
    this.#handler.onError(error, isStale)
  }
}

/** Whether the end of a body is known by other means than the end of the connection (RFC 9112 6.3). */
function hasLength (rawHeaders: RawHeaders): boolean {
  return fieldValue(rawHeaders, 'content-length') !== undefined || fieldValue(rawHeaders, 'transfer-encoding') !== undefined
}

/** Whether the upstream has ended the connection. */
function isClosed ({ code }: NodeJS.ErrnoException): boolean {
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
}
