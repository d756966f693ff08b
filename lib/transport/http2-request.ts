import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2'
import type { Readable } from 'node:stream'
import { errors } from 'undici'
import { recordReset } from '../http/reset-codes.ts'
import { Http2Inbox } from '../server/upstream/http2-inbox.ts'
import { openStream } from './http2-stream.ts'
import { isClosed, isPartlyRead, type UpstreamHandler, type UpstreamRequest, type UpstreamRequestOptions } from './upstream-handler.ts'

export interface Limits {
  /** Milliseconds from the end of the request to the response headers; 0 = no limit. */
  headersTimeout: number
  /** Maximum size of the response headers, in bytes. */
  maxHeaderSize: number
}

/** The connection that carries the request. */
interface Connection {
  /** It has carried a request before this one. */
  readonly isReused: boolean
  /** The target has not processed streams with a higher id (RFC 9113 6.8). */
  readonly lastStream: number
  /** The request is over. */
  leave (): void
  /** Takes no more requests. */
  retire (): void
  /** The target closed the connection before this request arrived. */
  onStale (): void
}

interface Options extends Limits {
  connection: Connection
  /** Sends the request again; `null` if it has already been repeated. */
  repeat: (() => void) | null
}

/** One request over HTTP/2. */
export class Http2Request implements UpstreamRequest {
  readonly #session: ClientHttp2Session
  readonly #handler: UpstreamHandler
  readonly #options: Options
  readonly #cancel = new AbortController()
  #stream: ClientHttp2Stream | null = null
  #wait: NodeJS.Timeout | undefined
  #hasResponse = false
  /** The target has sent a response, even if only an interim one. */
  #wasProcessed = false
  #inbox: Http2Inbox | null = null
  #trailers: string[] = []
  #isRepeated = false
  #isOver = false
  /** The connection had carried a request before this one. */
  readonly #isReused: boolean

  constructor (session: ClientHttp2Session, handler: UpstreamHandler, options: Options) {
    this.#session = session
    this.#handler = handler
    this.#options = options
    this.#isReused = options.connection.isReused
  }

  /**
   * @param origin of the target; its host is used for requests without `Host`
   * @throws when the request cannot be sent
   */
  send ({ body: source, ...options }: UpstreamRequestOptions, origin: URL): void {
    this.#guard(() => this.#handler.onRequest(this))
    if (this.#isOver) return this.#options.connection.leave()
    const body = source as Buffer | Readable | null
    // `close()` would end the stream before it resets it, so a partial upload would look complete. A signal only resets.
    const stream = openStream(this.#session, options, origin, { endStream: body === null, signal: this.#cancel.signal })
    this.#stream = stream
    this.#inbox = new Http2Inbox(stream, this)
    this.#followResponse(stream)
    stream.on('error', (error) => this.#break(stream, error, body)).on('close', () => {
      this.#break(stream, new errors.SocketError(`the stream was reset with code ${stream.rstCode}`), body)
      this.#options.connection.leave()
    })
    this.#limitWait(stream, options.headersTimeout ?? this.#options.headersTimeout)
    if (Buffer.isBuffer(body)) stream.end(body)
    else body?.on('error', (error) => this.#fail(error)).pipe(stream)
  }

  abort (reason: Error): void {
    this.#fail(reason)
  }

  resume (): void {
    this.#inbox!.resume()
  }

  #followResponse (stream: ClientHttp2Stream): void {
    const onHeaders = (headers: IncomingHttpHeaders, flags: number, rawHeaders: string[]): void =>
      this.#guard(() => this.#onHeaders(Number(headers[':status']), rawHeaders, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0))
    stream.on('headers', onHeaders).on('response', onHeaders)
      .on('trailers', (_headers, _flags, rawTrailers) => { this.#trailers = rawTrailers })
  }

  #limitWait (stream: ClientHttp2Stream, limit: number): void {
    if (limit === 0) return
    const wait = setTimeout(() => {
      // While the target accepts the upload, only the client can be slow.
      if (!stream.writableFinished && !stream.writableNeedDrain) return wait.refresh()
      // The connection may be dead, so it gets no more requests.
      this.#options.connection.retire()
      this.#fail(new errors.HeadersTimeoutError())
    }, limit)
    stream.on('drain', () => wait.refresh()).on('finish', () => wait.refresh())
    this.#wait = wait
  }

  #onHeaders (status: number, rawHeaders: string[], isWhole: boolean): void {
    const fields = rawHeaders.filter((_part, index) => !rawHeaders[index - index % 2]!.startsWith(':'))
    if (fields.join().length > this.#options.maxHeaderSize) throw new errors.HeadersOverflowError()
    this.#wasProcessed = true
    if (status < 200) {
      if (isWhole) throw new errors.SocketError('the target ended the stream before its response')
      this.#wait?.refresh()
    } else {
      clearTimeout(this.#wait)
      this.#hasResponse = true
    }
    this.#handler.onHeaders(status, buffers(fields), '', isWhole)
    if (status < 200) return
    // The headers ended the stream.
    if (isWhole) this.onEnd()
    else this.#inbox!.resume()
  }

  onData (chunk: Buffer): boolean {
    try {
      return !this.#isOver && this.#handler.onData(chunk)
    } catch (error) {
      this.#fail(error as Error)
      return false
    }
  }

  /** The receiver has the complete response. */
  onEnd (): void {
    if (this.#isOver) return
    this.#end()
    // A target may respond before it has read the whole request.
    if (!this.#stream!.writableFinished) this.#cancel.abort()
    this.#handler.onComplete(buffers(this.#trailers))
  }

  /** The stream broke off. A request that the target has not processed is sent again once, unless its body was read. */
  #break (stream: ClientHttp2Stream, error: Error, body: Buffer | Readable | null): void {
    // A complete response reaches the client even if the connection fails.
    if (this.#isOver || this.#isRepeated || (this.#hasResponse && this.#inbox!.isWhole)) return
    clearTimeout(this.#wait)
    const { repeat } = this.#options
    const isUnprocessed = repeat !== null && !this.#hasResponse && this.#isUnprocessed(stream)
    this.#isRepeated = isUnprocessed && !isPartlyRead(body)
    if (this.#isRepeated) return repeat!()
    const isStale = !this.#wasProcessed && this.#isReused && this.#session.destroyed && isClosed(error)
    // As over HTTP/1.1: an upstream that closes a connection with unread bytes resets it.
    const mayHaveRefused = this.#hasResponse && body !== null && this.#session.destroyed && isClosed(error)
    if (isStale) this.#options.connection.onStale()
    // Node also closes the streams of a lost connection with CANCEL.
    if (!this.#session.destroyed) recordReset(error, stream.rstCode)
    this.#fail(error, isStale || isUnprocessed || mayHaveRefused)
  }

  /** The target reports that it did not process the request (RFC 9113 6.8, 8.7). */
  #isUnprocessed (stream: ClientHttp2Stream): boolean {
    return stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || stream.id! > this.#options.connection.lastStream
  }

  readonly #fail = (error: Error, isExcused = false): void => {
    if (this.#isOver) return
    this.#end()
    this.#cancel.abort()
    this.#handler.onError(error, isExcused)
  }

  #end (): void {
    this.#isOver = true
    this.#inbox?.stop()
    clearTimeout(this.#wait)
  }

  /** Calls the handler unless the request is over. An exception, as for headers that cannot be passed on, ends the request. */
  #guard (call: () => void): void {
    try {
      if (!this.#isOver) call()
    } catch (error) {
      this.#fail(error as Error)
    }
  }
}

/** Node decodes what a target sent as Latin-1, so this restores its bytes. */
function buffers (rawFields: readonly string[]): Buffer[] {
  return rawFields.map((part) => Buffer.from(part, 'latin1'))
}
