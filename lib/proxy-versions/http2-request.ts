import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import type { Readable } from 'node:stream'
import { errors } from 'undici'
import { fieldLists } from './field-lists.ts'
import { Http2Inbox } from './http2-inbox.ts'
import type { UpstreamHandler, UpstreamRequest, UpstreamRequestOptions } from './transport/upstream-handler.ts'

export interface Limits {
  /** Milliseconds from the end of the request to the response headers; 0 = no limit. */
  headersTimeout: number
  /** Maximum size of the response headers, in bytes. */
  maxHeaderSize: number
}

interface Options extends Limits {
  connection: { leave (): void, retire (): void }
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
  #hasAnswer = false
  #inbox: Http2Inbox | null = null
  #trailers: string[] = []
  #isRepeated = false
  #isOver = false

  constructor (session: ClientHttp2Session, handler: UpstreamHandler, options: Options) {
    this.#session = session
    this.#handler = handler
    this.#options = options
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
    const stream = open(this.#session, requestHeaders(options, origin), { endStream: body === null, signal: this.#cancel.signal })
    this.#stream = stream
    this.#inbox = new Http2Inbox(stream, this)
    this.#followAnswer(stream)
    stream.on('error', (error) => this.#break(stream, error, body !== null)).on('close', () => {
      this.#break(stream, new errors.SocketError(`the stream was reset with code ${stream.rstCode}`), body !== null)
      this.#options.connection.leave()
    })
    this.#limitWait(stream, options.headersTimeout ?? this.#options.headersTimeout)
    if (Buffer.isBuffer(body)) stream.end(body)
    else body?.on('error', this.#fail).pipe(stream)
  }

  abort (reason: Error): void {
    this.#fail(reason)
  }

  resume (): void {
    this.#inbox!.resume()
  }

  #followAnswer (stream: ClientHttp2Stream): void {
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
    if (status < 200) {
      if (isWhole) throw new errors.SocketError('the target ended the stream before its response')
      this.#wait?.refresh()
    } else {
      clearTimeout(this.#wait)
      this.#hasAnswer = true
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

  /** The stream broke off. The target did not process a refused request (RFC 9113 8.7), so it is sent again once. */
  #break (stream: ClientHttp2Stream, error: Error, hasBody: boolean): void {
    // A complete response reaches the client, whatever happens to the connection.
    if (this.#isOver || this.#isRepeated || (this.#hasAnswer && this.#inbox!.isWhole)) return
    const { repeat } = this.#options
    this.#isRepeated = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM && !hasBody && !this.#hasAnswer && repeat !== null
    clearTimeout(this.#wait)
    if (this.#isRepeated) repeat!()
    else this.#fail(error)
  }

  readonly #fail = (error: Error): void => {
    if (this.#isOver) return
    this.#end()
    this.#cancel.abort()
    this.#handler.onError(error)
  }

  #end (): void {
    this.#isOver = true
    this.#inbox?.stop()
    clearTimeout(this.#wait)
  }

  /** Calls the handler unless the request is over. An exception, as for headers that cannot be passed on, ends the request. */
  #guard (tell: () => void): void {
    try {
      if (!this.#isOver) tell()
    } catch (error) {
      this.#fail(error as Error)
    }
  }
}

type Fields = Record<string, string | string[]>

/** Node decodes what a target sent as Latin-1, so this restores its bytes. */
function buffers (rawFields: readonly string[]): Buffer[] {
  return rawFields.map((part) => Buffer.from(part, 'latin1'))
}

function requestHeaders ({ method, path, headers, takesTrailers = false }: UpstreamRequestOptions, origin: URL): Fields {
  const { host, ...fields } = listed(headers as string[])
  // HTTP/2 allows only this value (RFC 9113 8.2.2), and gRPC servers refuse calls without it.
  if (takesTrailers) fields.te = 'trailers'
  return { ...fields, ':method': method, ':scheme': origin.protocol.slice(0, -1), ':authority': host?.[0] ?? origin.host, ':path': path }
}

/** @throws undici's error for invalid headers */
function listed (headers: string[]): Fields {
  try {
    return Object.fromEntries([...fieldLists(headers)].map(([name, { values }]) => [name, values]))
  } catch (error) {
    throw new errors.InvalidArgumentError((error as Error).message)
  }
}

function open (session: ClientHttp2Session, headers: Fields, options: Parameters<ClientHttp2Session['request']>[1]): ClientHttp2Stream {
  try {
    return session.request(headers, options)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_HTTP2_HEADER_SINGLE_VALUE') throw error
    return session.request(joined(headers), options)
  }
}

/** Node refuses to repeat some fields. Joining their values keeps the meaning (RFC 9110 5.3, RFC 9113 8.2.3). */
function joined (headers: Fields): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [values].flat().join(name === 'cookie' ? '; ' : ', ')]))
}
