import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { Readable } from 'node:stream'
import { bodyTooLarge } from './failures.ts'

/** Whether a request has a body, by its framing (RFC 9112 6.3, RFC 9113 8.1). */
export function hasBody (request: IncomingMessage | Http2ServerRequest): boolean {
  if ('stream' in request) return !request.stream.endAfterHeaders
  const { headers } = request
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/**
 * The body of a client's request, as it comes in and no faster than the upstream takes it. undici destroys
 * the body of a request that failed; destroying the request itself would cut the client off before it
 * could be told, so this stands between.
 */
export class RequestBody extends Readable {
  readonly #source: IncomingMessage
  readonly #limit: number
  #bytes = 0

  /** @param limit of bytes; one more and the body fails. 0 = no limit */
  constructor (source: IncomingMessage, limit: number) {
    // In object mode undici does not count a short body that is already whole, so what came chunked stays chunked.
    super({ objectMode: true, highWaterMark: 1 })
    this.#source = source
    this.#limit = limit
    source.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError)
    // undici listens only until the answer is complete; a client may leave later.
    this.on('error', () => {})
  }

  override _read (): void {
    this.#source.resume()
  }

  override _destroy (error: Error | null, callback: (error: Error | null) => void): void {
    // What the client still sends is read and dropped: the next request of its connection comes behind it.
    this.#source.off('data', this.#onData).off('end', this.#onEnd).resume()
    callback(error)
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes += chunk.length
    if (this.#limit > 0 && this.#bytes > this.#limit) this.destroy(bodyTooLarge(this.#limit))
    else if (!this.push(chunk)) this.#source.pause()
  }

  readonly #onEnd = (): void => {
    this.push(null)
  }

  readonly #onError = (error: Error): void => {
    this.destroy(error)
  }
}
