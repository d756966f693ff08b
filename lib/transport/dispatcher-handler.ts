import type { Duplex } from 'node:stream'
import { errors, type Dispatcher } from 'undici'
import type { RawHeaders } from '../http/raw-headers.ts'
import { endsWithConnection } from './undici-handler.ts'
import { isClosed, isStreamed, type UpgradeHandler, type UpstreamRequest } from './upstream-handler.ts'

type Controller = Pick<Dispatcher.DispatchController, 'abort' | 'resume'>
/** The fields of a message. Interceptors edit this object, so the raw fields of a controller may be outdated. */
type Fields = Record<string, string | string[] | undefined> | null | undefined
/** How undici 6 passes fields, and undici 7 to the handler of a `MockPool`. */
type LegacyFields = ReadonlyArray<Buffer | string> | null | undefined

/** Milliseconds; 0 = no limit. */
interface DispatchLimits {
  readonly connectMs: number
  readonly headersMs: number
  /** Bytes. */
  readonly maxHeaderSize: number
}

const noLimits: DispatchLimits = { connectMs: 0, headersMs: 0, maxHeaderSize: Infinity }

/**
 * Translates the callbacks of a dispatcher that belongs to the app, for one request. It expects little: a dispatcher may ignore limits
 * and aborts, respond at once, or throw. It has the methods of undici 7 and 8, and those of undici 6.
 */
export class DispatcherHandler implements UpstreamRequest {
  readonly #handler: UpgradeHandler
  readonly #body: unknown
  readonly #limits: DispatchLimits
  readonly #onEnd: (handler: DispatcherHandler) => void
  #controller: Controller | null = null
  /** Reads on, in undici 6. */
  #readOn: (() => void) | null = null
  #wait: NodeJS.Timeout | undefined
  #isHeld = false
  #hasResponse = false
  /** A response to this request can have a body. */
  #hasBody = true
  #isOver = false

  /** @param onEnd called when the request is over */
  constructor (handler: UpgradeHandler, body: unknown = null, limits = noLimits, onEnd: (handler: DispatcherHandler) => void = () => {}) {
    this.#handler = handler
    this.#body = body
    this.#limits = limits
    this.#onEnd = onEnd
    this.#limitWait(limits.connectMs, () => new errors.ConnectTimeoutError('the dispatcher did not send the request in time'))
  }

  abort (reason: Error): void {
    this.#controller?.abort(reason)
    this.fail(reason)
  }

  resume (): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    if (this.#readOn === null) this.#controller!.resume()
    else this.#readOn()
  }

  /** Ends the request with an error, unless it is already over. */
  fail (error: Error): void {
    if (!this.#end()) return
    // See `UndiciHandler`: the upstream may only have refused the body.
    this.#handler.onError(error, this.#body != null && this.#hasResponse && isClosed(error))
  }

  onRequestStart (controller: Controller): void {
    if (this.#isOver) return controller.abort(new errors.RequestAbortedError())
    this.#controller = controller
    this.#limitWait(this.#limits.headersMs, () => new errors.HeadersTimeoutError())
    this.#guard(() => this.#handler.onRequest(this))
  }

  onRequestUpgrade (_controller: Controller, _status: number, fields: Fields, socket: Duplex): void {
    this.#upgrade(rawHeadersOf(fields), socket)
  }

  onResponseStart (_controller: Controller, status: number, fields: Fields, reason?: string): void {
    this.#respond(status, rawHeadersOf(fields), reason)
  }

  onResponseData (controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (!this.#pass(chunk)) controller.pause()
  }

  onResponseEnd (_controller: Controller, trailers: Fields): void {
    this.#complete(rawHeadersOf(trailers))
  }

  onResponseError (_controller: unknown, error: Error): void {
    this.fail(error)
  }

  onConnect (abort: (reason: Error) => void): void {
    this.onRequestStart({ abort, resume: () => {} })
  }

  onUpgrade (_status: number, fields: LegacyFields, socket: Duplex): void {
    this.#upgrade(legacyHeadersOf(fields), socket)
  }

  onHeaders (status: number, fields: LegacyFields, resume: () => void, reason?: string): boolean {
    this.#readOn = resume
    this.#respond(status, legacyHeadersOf(fields), reason)
    return true
  }

  onData (chunk: Uint8Array): boolean {
    return this.#pass(chunk)
  }

  onComplete (trailers: LegacyFields): void {
    this.#complete(legacyHeadersOf(trailers))
  }

  onError (error: Error): void {
    this.fail(error)
  }

  #upgrade (rawHeaders: RawHeaders, socket: Duplex): void {
    if (this.#end()) this.#handler.onUpgrade(rawHeaders, socket)
    else socket.destroy()
  }

  #respond (status: number, rawHeaders: RawHeaders, reason = ''): void {
    if (this.#isOver) return
    if (status >= 200) {
      clearTimeout(this.#wait)
      this.#hasResponse = true
      // Neither has a body, even if a mock provides one (RFC 9110 15.3.5, 15.4.5).
      this.#hasBody = status !== 204 && status !== 304
    }
    this.#guard(() => {
      if (Buffer.concat(rawHeaders).length > this.#limits.maxHeaderSize) throw new errors.HeadersOverflowError()
      if (status >= 200) endsWithConnection(rawHeaders)
      this.#handler.onHeaders(status, rawHeaders, reason)
    })
  }

  /** @returns whether to read on */
  #pass (chunk: Uint8Array): boolean {
    if (this.#isOver || !this.#hasBody) return true
    this.#guard(() => { this.#isHeld = !this.#handler.onData(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)) })
    return !this.#isHeld
  }

  #complete (rawTrailers: RawHeaders): void {
    if (this.#end()) this.#handler.onComplete(rawTrailers)
  }

  /** Ends the request when the handler throws. The dispatcher could not: a mock may call it from a timer. */
  #guard (call: () => void): void {
    try {
      call()
    } catch (error) {
      this.abort(error as Error)
    }
  }

  /** @returns whether the request was not over yet */
  #end (): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    this.#isHeld = false
    clearTimeout(this.#wait)
    this.#onEnd(this)
    return true
  }

  #limitWait (limit: number, makeError: () => Error): void {
    clearTimeout(this.#wait)
    if (limit === 0) return
    const wait = this.#wait = setTimeout(() => {
      // During an upload, the limit of the dispatcher itself applies, because only it knows whether the upstream reads.
      if (this.#controller !== null && isStreamed(this.#body) && !this.#body.readableEnded) wait.refresh()
      else this.abort(makeError())
    }, limit)
  }
}

function rawHeadersOf (fields: Fields): Buffer[] {
  return Object.entries(fields ?? {}).flatMap(([name, values = []]) =>
    [values].flat().flatMap((value) => [Buffer.from(name, 'latin1'), Buffer.from(value, 'latin1')]))
}

function legacyHeadersOf (fields: LegacyFields): Buffer[] {
  return (fields ?? []).map((part) => Buffer.isBuffer(part) ? part : Buffer.from(part, 'latin1'))
}
