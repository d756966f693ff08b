import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import type { Readable } from 'node:stream'
import { type Dispatcher, errors } from 'undici'
import { fieldLists } from './field-lists.ts'
import type { UpstreamHandler, UpstreamRequest } from './transport/upstream-handler.ts'

export interface Limits {
  /** From the whole request sent to the headers of its answer, in milliseconds; 0 = no limit. */
  headersTimeout: number
  /** Of the headers of an answer, in bytes. */
  maxHeaderSize: number
}

interface Options extends Limits {
  /** What carries it. */
  connection: { leave (): void, retire (): void }
  /** Sends the request once more, if that is still to be done. */
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
  /** The target has said that nothing more comes. */
  #isWhole = false
  #trailers: string[] = []
  #isRepeated = false
  #isOver = false

  constructor (session: ClientHttp2Session, handler: UpstreamHandler, options: Options) {
    this.#session = session
    this.#handler = handler
    this.#options = options
  }

  /**
   * @param authority for requests that name no host
   * @throws when it cannot be sent
   */
  send ({ body: source, ...options }: Dispatcher.DispatchOptions, authority: string): void {
    this.#guard(() => this.#handler.onRequest(this))
    if (this.#isOver) return this.#options.connection.leave()
    const body = source as Buffer | Readable | null
    // `close()` would end the stream before it resets it, and half an upload would look whole. A signal does not.
    const stream = open(this.#session, requestHeaders(options, authority), { endStream: body === null, signal: this.#cancel.signal })
    this.#stream = stream
    this.#followEnd(stream)
    this.#followAnswer(stream)
    stream.on('error', (error) => this.#break(stream, error, body !== null)).on('close', () => {
      this.#options.connection.leave()
      this.#break(stream, new errors.SocketError(`the stream was reset with code ${stream.rstCode}`), body !== null)
    })
    this.#limitWait(stream)
    if (Buffer.isBuffer(body)) stream.end(body)
    else body?.on('error', this.#fail).pipe(stream)
  }

  abort (reason: Error): void {
    this.#fail(reason)
  }

  resume (): void {
    this.#stream!.resume()
  }

  #followAnswer (stream: ClientHttp2Stream): void {
    const onHeaders = (headers: IncomingHttpHeaders, _flags: number, rawHeaders: string[]): void =>
      this.#guard(() => this.#onHeaders(stream, Number(headers[':status']), rawHeaders))
    stream.on('headers', onHeaders).on('response', onHeaders)
      .on('trailers', (_headers, _flags, rawTrailers) => { this.#trailers = rawTrailers })
      .on('end', () => { if (this.#isWhole && !this.#isOver) this.#complete(stream) })
  }

  /** Node ends a stream that was reset with NO_ERROR or CANCEL as it ends a complete one; but only the former is closed by then. */
  #followEnd (stream: ClientHttp2Stream): void {
    const push = stream.push.bind(stream)
    stream.push = (chunk, encoding) => {
      if (chunk === null && !stream.closed) this.#isWhole = true
      return push(chunk, encoding)
    }
  }

  #limitWait (stream: ClientHttp2Stream): void {
    if (this.#options.headersTimeout === 0) return
    const wait = setTimeout(() => {
      // As long as the target takes what there is of a request, it is the client that is slow.
      if (!stream.writableFinished && !stream.writableNeedDrain) return wait.refresh()
      // Nobody knows whether a connection without answers is alive: others do not try.
      this.#options.connection.retire()
      this.#fail(new errors.HeadersTimeoutError())
    }, this.#options.headersTimeout)
    stream.on('drain', () => wait.refresh()).on('finish', () => wait.refresh())
    this.#wait = wait
  }

  #onHeaders (stream: ClientHttp2Stream, status: number, rawHeaders: string[]): void {
    const fields = rawHeaders.filter((_part, index) => !rawHeaders[index - index % 2]!.startsWith(':'))
    if (fields.join().length > this.#options.maxHeaderSize) throw new errors.HeadersOverflowError()
    if (status < 200) {
      this.#wait?.refresh()
    } else {
      clearTimeout(this.#wait)
      this.#hasAnswer = true
      stream.on('data', (chunk: Buffer) => this.#guard(() => {
        if (!this.#handler.onData(chunk)) stream.pause()
      }))
    }
    this.#handler.onHeaders(status, buffers(fields), '')
  }

  #complete (stream: ClientHttp2Stream): void {
    this.#end()
    // A target may answer before it has read the whole request.
    if (!stream.writableFinished) this.#cancel.abort()
    this.#handler.onComplete(buffers(this.#trailers))
  }

  /** The stream broke off. What was refused was not processed (RFC 9113 8.7), so it is sent once more while it can be. */
  #break (stream: ClientHttp2Stream, error: Error, hasBody: boolean): void {
    if (this.#isOver || this.#isRepeated) return
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
    clearTimeout(this.#wait)
  }

  /** Tells the handler, unless it wants to hear no more. What it throws, as for headers that it cannot pass on, ends the request. */
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

function requestHeaders ({ method, path, headers }: Dispatcher.DispatchOptions, authority: string): Fields {
  const { host, ...fields } = listed(headers as string[])
  return { ...fields, ':method': method, ':scheme': 'https', ':authority': host?.[0] ?? authority, ':path': path }
}

/** @throws as undici does, when they are not valid */
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

/** Node sends some fields only once. Joined, they mean what they meant apart (RFC 9110 5.3, RFC 9113 8.2.3). */
function joined (headers: Fields): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [values].flat().join(name === 'cookie' ? '; ' : ', ')]))
}
