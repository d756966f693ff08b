import { type Duplex, Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { RawHeaders } from '../http/raw-headers.ts'

/** Controls a request in flight to an upstream. */
export interface UpstreamRequest {
  /** Ends the request. Its handler gets `onError` with the reason, unless the request is already over. */
  abort (reason: Error): void
  /** Reads on, after the handler returned `false` from `onData`. */
  resume (): void
}

/** Receives the response to a request, independently of the upstream's protocol. */
export interface UpstreamHandler {
  /** The request has a connection and is about to be sent. */
  onRequest (request: UpstreamRequest): void
  /**
   * The response has begun, or an interim response (1xx) has arrived. An exception ends the request.
   *
   * @param isWhole nothing follows, and `onComplete` is called at once: over HTTP/2, headers may end a response
   */
  onHeaders (status: number, rawHeaders: RawHeaders, reason: string, isWhole?: boolean): void
  /**
   * A chunk of the body has arrived. An exception ends the request.
   *
   * @returns whether to read on. After `false`, the handler calls `resume` when it takes more.
   */
  onData (chunk: Buffer): boolean
  /** The response is complete. */
  onComplete (rawTrailers: RawHeaders): void
  /**
   * The request failed, or was aborted.
   *
   * @param isExcused the upstream may not be at fault: the connection had been used before, and ended before the response began,
   * as an idle one does when the request is on its way; or the upstream reports that it has not processed the request; or the
   * connection broke during the response to a request with a body, which the upstream may have refused to read. Default: `false`.
   */
  onError (error: Error, isExcused?: boolean): void
}

/** Also receives a switch of protocols (101), which only HTTP/1.1 has. */
export interface UpgradeHandler extends UpstreamHandler {
  onUpgrade (rawHeaders: RawHeaders, socket: Duplex): void
}

/** A body that is still arriving. */
export interface StreamedBody extends Readable {
  /** Bytes that have arrived so far. */
  readonly byteLength: number
  /** Makes undici send the head at once if no bytes of the body have arrived yet. */
  sendHeadFirst (): void
}

export function isStreamed (body: unknown): body is StreamedBody {
  return body instanceof Readable && 'sendHeadFirst' in body
}

/** Whether a part of the body is lost for another attempt. */
export function isPartlyRead (body: Buffer | Readable | null): boolean {
  if (isStreamed(body)) return body.byteLength > 0 || body.destroyed
  return body !== null && !Buffer.isBuffer(body)
}

/** A request to send, in undici's form. Its `headersTimeout` overrides that of the target. */
export interface UpstreamRequestOptions extends Dispatcher.DispatchOptions {
  /** The client accepts trailers, so an HTTP/2 target gets `te: trailers`. */
  takesTrailers?: boolean
  /** By default undici takes the name from `Host`, and opens a new connection whenever it changes. */
  servername?: string
}

/** Sends requests to one target. */
export interface UpstreamPool {
  dispatch (options: UpstreamRequestOptions, handler: UpgradeHandler): void
  /** Waits for the requests in flight. */
  close (): Promise<void>
  /** Ends all connections at once, without waiting for the target. */
  destroy (): Promise<void>
}

/** Whether the upstream has ended the connection. */
export function isClosed ({ code }: NodeJS.ErrnoException): boolean {
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
}
