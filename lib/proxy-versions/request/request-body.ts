import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { isHttp2 } from '../../http/is-http2.ts'
import { bodyStalled, bodyTooLarge, bodyUnreadable, clientLeft } from '../upstream-errors.ts'
import { requestBody, isHeldBack } from '../../server/expectations.ts'
import { hasBody } from '../../http/framing.ts'
import { freeWhenWritten } from '../../memory/free-written-chunks.ts'
import { headOnly } from '../../server/upstream/early-head.ts'
import type { BodyStart } from '../../stage/external-checks.ts'
import type { StreamedBody, UpstreamRequestOptions } from '../../transport/upstream-handler.ts'
import { BodyPeek } from './body-peek.ts'
import { stopUpload } from './stop-upload.ts'

/** Milliseconds during which a discarded body is still read. A client may only read the response after sending its body. */
const maxLingerMs = 30_000

/**
 * Returns the body of a request if it has a length and arrived completely with the head, as small ones do; otherwise
 * `null`. Such a body is sent at once, without a stream.
 *
 * @param longest in bytes, 0 = no limit
 */
function wholeBody (request: IncomingMessage, longest: number): Buffer | null {
  const length = Number(request.headers['content-length'] ?? 0)
  if (isHttp2(request) || request.headers['transfer-encoding'] !== undefined || length === 0) return null
  if (length !== request.readableLength || (longest > 0 && length > longest)) return null
  const body = request.read() as Buffer
  // The request only emits `end` while it is read.
  request.resume()
  return body
}

/**
 * Returns the body to send; `null` for none.
 *
 * @param payload the request itself, or the stream that a `preParsing` hook of the app returned
 */
export function bodyOf (request: IncomingMessage, limits: Limits, payload: Readable = request): Buffer | RequestBody | null {
  if (payload !== request) return new RequestBody(request, limits, payload)
  if (!hasBody(request)) return null
  return wholeBody(request, limits.bytes) ?? new RequestBody(request, limits)
}

/** Returns the beginning of a body that is still to be forwarded. */
export async function peekBody (body: Buffer | RequestBody, maxBytes: number): Promise<BodyStart> {
  if (!Buffer.isBuffer(body)) return await body.peek(maxBytes)
  return { bytes: body.subarray(0, maxBytes), isWhole: body.length <= maxBytes }
}

interface Limits {
  /** Maximum size in bytes; 0 = no limit. */
  bytes: number
  /** Maximum milliseconds between two chunks; 0 = no limit. */
  idle: number
}

/** Gets the chunks of a body as well. */
interface Keeper {
  add (chunk: Buffer): void
  end (): void
}

/**
 * Streams the body of a client's request, no faster than the upstream takes it. undici destroys the body of a failed
 * request. This class shields the client's request, whose destruction would cut the client off before it gets a response.
 */
export class RequestBody extends Readable implements StreamedBody {
  readonly #request: IncomingMessage
  /** The request, or the stream that a hook returned. */
  readonly #source: Readable
  readonly #limit: number
  readonly #stall: NodeJS.Timeout | undefined
  /** Bytes received so far. */
  byteLength = 0
  /** `null` if the body is not mirrored. */
  keeper: Keeper | null = null
  #peek: BodyPeek | null = null
  #isWanted = false
  #sendsHeadFirst = false

  constructor (request: IncomingMessage, { bytes, idle }: Limits, source: Readable = request) {
    // In object mode undici does not measure a short body that is already complete, so a chunked body stays chunked.
    super({ objectMode: true, highWaterMark: 1 })
    this.#request = request
    this.#source = source
    this.#limit = bytes
    if (idle > 0) this.#stall = setTimeout(this.#onStall, idle)
    source.on('error', this.#onError)
    // undici listens for errors only until the response is complete, but a client may leave later.
    this.on('error', () => {})
  }

  /**
   * Reads the beginning of the body before it is forwarded. The rest is not read yet.
   *
   * @throws the error that destroys the body
   */
  async peek (maxBytes: number): Promise<BodyStart> {
    if (this.destroyed) throw this.errored ?? clientLeft()
    this.#peek = new BodyPeek(maxBytes)
    this.#begin()
    this.#source.resume()
    return await this.#peek.result
  }

  sendHeadFirst (): void {
    this.#sendsHeadFirst = true
  }

  override _read (): void {
    if (!this.#isWanted) this.#begin()
    if (!this.isPaused()) this.#source.resume()
  }

  /**
   * Pauses the source at once: later chunks would only be buffered here. After `destroy`, a late call must not stop the
   * source, because the rest of the upload is read and dropped.
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
    this.#peek?.fail(error ?? clientLeft())
    this.#source.off('data', this.#onData).off('end', this.#onEnd)
    // The hook's stream has lost its reader, and would never end.
    if (this.#source !== this.#request) this.#source.destroy()
    if (!this.#request.readableEnded && !this.#request.destroyed && !isHeldBack(this.#request)) this.#linger()
    callback(error)
  }

  /** Starts on the first read. Until then, nothing is read from the client. */
  #begin (): void {
    this.#isWanted = true
    requestBody(this.#request)
    this.#source.on('data', this.#onData).on('end', this.#onEnd)
    if (this.#source.errored !== null) this.#onError(this.#source.errored)
    else if (this.#sendsHeadFirst && this.#source.readableLength === 0) this.push(headOnly)
  }

  /** Reads and drops the rest of the upload, because the next request on the connection follows it. */
  #linger (): void {
    if (isHttp2(this.#request)) stopUpload(this.#request.stream)
    const end = setTimeout(() => this.#request.destroy(), maxLingerMs).unref()
    this.#request.on('close', () => clearTimeout(end)).on('end', () => clearTimeout(end)).resume()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#stall?.refresh()
    this.byteLength += chunk.length
    if (this.#limit > 0 && this.byteLength > this.#limit) this.destroy(bodyTooLarge(this.#limit))
    else this.#pass(chunk)
  }

  #pass (chunk: Buffer): void {
    this.keeper?.add(chunk)
    // A hook may have kept the first chunk, and the chunks of a hook's stream are not the gateway's to free.
    if (this.byteLength > chunk.length && this.#source === this.#request) freeWhenWritten(chunk, this.#request)
    const takesMore = this.push(chunk)
    if (this.#peek?.add(chunk) === true) return
    if (!takesMore) this.#source.pause()
  }

  /** A paused source waits for the upstream, which has its own limits. */
  readonly #onStall = (): void => {
    if (!this.#isWanted || this.#source.isPaused()) this.#stall!.refresh()
    else this.destroy(bodyStalled())
  }

  readonly #onEnd = (): void => {
    clearTimeout(this.#stall)
    this.push(null)
    this.keeper?.end()
    this.#peek?.end()
  }

  /** Replaces the error: only the client can break off its upload, but `ECONNRESET` looks like an upstream error. */
  readonly #onError = (error: Error): void => {
    this.destroy(this.#source === this.#request ? clientLeft() : bodyUnreadable(error))
  }
}

/** A request to send, whose body may still be arriving. */
export type ForwardedRequest = Omit<UpstreamRequestOptions, 'body'> & { body: Buffer | RequestBody | null }

/** Whether a part of the body has not been passed to the upstream's connection yet. */
export function isUnfinished (body: Buffer | RequestBody | null): boolean {
  return body instanceof RequestBody && !body.readableEnded
}
