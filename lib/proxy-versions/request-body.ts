import type { IncomingMessage } from 'node:http'
import { constants, type Http2ServerRequest, type ServerHttp2Stream } from 'node:http2'
import { Readable } from 'node:stream'
import { bodyStalled, bodyTooLarge, clientLeft } from './failures.ts'
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

/** The body of a request, in the form that it is sent in; `null` for none. */
export function bodyOf (request: IncomingMessage, limits: Limits): Buffer | RequestBody | null {
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
  readonly #source: IncomingMessage
  readonly #limit: number
  readonly #stall: NodeJS.Timeout | undefined
  /** What has come so far. */
  byteLength = 0
  #isWanted = false
  #sendsHeadFirst = false

  constructor (source: IncomingMessage, { bytes, idle }: Limits) {
    // In object mode undici does not count a short body that is already whole, so what came chunked stays chunked.
    super({ objectMode: true, highWaterMark: 1 })
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
    if (!this.#source.readableEnded && !this.#source.destroyed && !isHeldBack(this.#source)) this.#linger()
    callback(error)
  }

  /** Nothing is read, or asked for, before there is somebody to take it. */
  #begin (): void {
    this.#isWanted = true
    askForBody(this.#source)
    this.#source.on('data', this.#onData).on('end', this.#onEnd)
    if (this.#sendsHeadFirst && this.#source.readableLength === 0) this.push(headOnly)
  }

  /** What the client still sends is read and dropped: the next request of its connection comes behind it. */
  #linger (): void {
    if ('stream' in this.#source) stopUpload(this.#source.stream as ServerHttp2Stream)
    const end = setTimeout(() => this.#source.destroy(), longestLinger).unref()
    this.#source.on('close', () => clearTimeout(end)).on('end', () => clearTimeout(end)).resume()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#stall?.refresh()
    this.byteLength += chunk.length
    if (this.#limit > 0 && this.byteLength > this.#limit) this.destroy(bodyTooLarge(this.#limit))
    else this.#pass(chunk)
  }

  #pass (chunk: Buffer): void {
    // Somebody who listened once may have the first one.
    if (this.byteLength > chunk.length) own(chunk, this.#source)
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
  readonly #onError = (): void => {
    this.destroy(clientLeft())
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
