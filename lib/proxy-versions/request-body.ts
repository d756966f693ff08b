import type { IncomingMessage } from 'node:http'
import { constants, type Http2ServerRequest, type ServerHttp2Stream } from 'node:http2'
import { Readable } from 'node:stream'
import { bodyStalled, bodyTooLarge, bodyUnreadable, clientLeft } from './failures.ts'
import { askForBody, isHeldBack } from './front.ts'
import { own } from './owned-pieces.ts'
import { headOnly } from './transport/early-head.ts'

/** How long a client may go on sending a body that nobody wants, in milliseconds: so that it comes to read its answer. */
const longestLinger = 30_000

/** Whether a request has a body, by its framing (RFC 9112 6.3, RFC 9113 8.1). */
export function hasBody (request: IncomingMessage | Http2ServerRequest): boolean {
  if ('stream' in request) return !request.stream.endAfterHeaders
  const { headers } = request
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/**
 * The body of a request that has a length and has come whole, with its head, as small ones do; `null` for all others.
 * It is sent in one piece: there is nothing to stream, and nothing to wait for.
 *
 * @param longest in bytes, 0 = no limit
 */
function wholeBody (request: IncomingMessage, longest: number): Buffer | null {
  const length = Number(request.headers['content-length'] ?? 0)
  if ('stream' in request || request.headers['transfer-encoding'] !== undefined || length === 0) return null
  if (length !== request.readableLength || (longest > 0 && length > longest)) return null
  const body = request.read() as Buffer
  // It ends only for who reads on.
  request.resume()
  return body
}

/**
 * The body of a request, in the form that it is sent in; `null` for none.
 *
 * @param payload what is sent: the request itself, or what a `preParsing` hook of the app's made of it
 */
export function bodyOf (request: IncomingMessage, limits: Limits, payload: Readable = request): Buffer | RequestBody | null {
  if (payload !== request) return new RequestBody(request, limits, payload)
  if (!hasBody(request)) return null
  return wholeBody(request, limits.bytes) ?? new RequestBody(request, limits)
}

interface Limits {
  /** Bytes of the body; one more and it fails. 0 = no limit. */
  bytes: number
  /** Milliseconds between two pieces. 0 = no limit. */
  idle: number
}

/**
 * The body of a client's request, as it comes in and no faster than the upstream takes it. undici destroys
 * the body of a request that failed; destroying the request itself would cut the client off before it
 * could be told, so this stands between.
 */
export class RequestBody extends Readable {
  readonly #request: IncomingMessage
  /** What is read: the request, or what is made of it on the way. */
  readonly #source: Readable
  readonly #limit: number
  readonly #stall: NodeJS.Timeout | undefined
  /** What has come so far. */
  byteLength = 0
  #isWanted = false
  #sendsHeadFirst = false

  constructor (request: IncomingMessage, { bytes, idle }: Limits, source: Readable = request) {
    // In object mode undici does not count a short body that is already whole, so what came chunked stays chunked.
    super({ objectMode: true, highWaterMark: 1 })
    this.#request = request
    this.#source = source
    this.#limit = bytes
    if (idle > 0) this.#stall = setTimeout(this.#onStall, idle)
    source.on('error', this.#onError)
    // undici listens only until the answer is complete; a client may leave later.
    this.on('error', () => {})
  }

  /** Has the head of the request sent at once, if nothing of the body is there yet. For undici only. */
  sendHeadFirst (): void {
    this.#sendsHeadFirst = true
  }

  override _read (): void {
    if (!this.#isWanted) this.#begin()
    if (!this.isPaused()) this.#source.resume()
  }

  /**
   * The source stops at once: a piece that came later would only wait here. Once this is destroyed, the source is not its
   * own any more: whoever still pauses this must not keep the rest of the upload from being dropped.
   */
  override pause (): this {
    if (this.#isWanted && !this.destroyed) this.#source.pause()
    return super.pause()
  }

  override resume (): this {
    if (this.#isWanted && !this.destroyed) this.#source.resume()
    return super.resume()
  }

  override _destroy (error: Error | null, callback: (error: Error | null) => void): void {
    clearTimeout(this.#stall)
    this.#source.off('data', this.#onData).off('end', this.#onEnd)
    // It cannot be read any more, and must not wait for somebody to.
    if (this.#source !== this.#request) this.#source.destroy()
    if (!this.#request.readableEnded && !this.#request.destroyed && !isHeldBack(this.#request)) this.#linger()
    callback(error)
  }

  /** Nothing is read, or asked for, before there is somebody to take it. */
  #begin (): void {
    this.#isWanted = true
    askForBody(this.#request)
    this.#source.on('data', this.#onData).on('end', this.#onEnd)
    if (this.#source.errored !== null) this.#onError(this.#source.errored)
    else if (this.#sendsHeadFirst && this.#source.readableLength === 0) this.push(headOnly)
  }

  /** What the client still sends is read and dropped: the next request of its connection comes behind it. */
  #linger (): void {
    if ('stream' in this.#request) stopUpload(this.#request.stream as ServerHttp2Stream)
    const end = setTimeout(() => this.#request.destroy(), longestLinger).unref()
    this.#request.on('close', () => clearTimeout(end)).on('end', () => clearTimeout(end)).resume()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#stall?.refresh()
    this.byteLength += chunk.length
    if (this.#limit > 0 && this.byteLength > this.#limit) this.destroy(bodyTooLarge(this.#limit))
    else this.#pass(chunk)
  }

  #pass (chunk: Buffer): void {
    // Somebody who listened once may have the first one, and what a hook makes is not the gateway's to free.
    if (this.byteLength > chunk.length && this.#source === this.#request) own(chunk, this.#request)
    if (!this.push(chunk)) this.#source.pause()
  }

  /** A source that is paused waits for the upstream, which has limits of its own. */
  readonly #onStall = (): void => {
    if (!this.#isWanted || this.#source.isPaused()) this.#stall!.refresh()
    else this.destroy(bodyStalled())
  }

  readonly #onEnd = (): void => {
    clearTimeout(this.#stall)
    this.push(null)
  }

  /** Only the client can break its upload off. The error itself looks like one of the upstream's (`ECONNRESET`). */
  readonly #onError = (error: Error): void => {
    this.destroy(this.#source === this.#request ? clientLeft() : bodyUnreadable(error))
  }
}

/** Asks a client not to send the rest of its upload, once it has the whole response (RFC 9113 8.1). */
function stopUpload (stream: ServerHttp2Stream): void {
  const stop = (): void => {
    if (stream.destroyed) return
    // Node reports the end of the body, and sends what comes behind it later. A reset would discard that.
    if (stream.state.localClose === 1) stream.close(constants.NGHTTP2_NO_ERROR)
    else setTimeout(stop, 10).unref()
  }
  if (stream.writableFinished) stop()
  else stream.once('finish', stop)
}
