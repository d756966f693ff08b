import type { Duplex } from 'node:stream'
import type { RawHeaders } from '../http/raw-headers.ts'
import type { UpgradeHandler, UpstreamRequest } from './upstream-handler.ts'

interface Limits {
  /** Ends the request. Its reason becomes the error. */
  signal: AbortSignal
  /** Bytes of the body. The rest is not read. */
  maxBytes: number
  /** Whether to retry once after an excused failure: a stale connection, or a refused upload. Default false. */
  isRepeatable?: boolean
}

/** A response whose body is in memory. */
export interface CollectedResponse {
  status: number
  rawHeaders: RawHeaders
  body: Buffer
  /** The body had more than `maxBytes`, and was not read any further. */
  isCut: boolean
}

/**
 * Sends a request that the gateway itself makes, and waits for the complete response.
 *
 * @param send passes the handler on to the transport
 * @throws unless a complete response arrives in time
 */
export async function collectResponse (
  send: (handler: UpgradeHandler) => void, { signal, maxBytes, isRepeatable = false }: Limits
): Promise<CollectedResponse> {
  return await new Promise((resolve, reject) => {
    const collector = new Collector(maxBytes, isRepeatable ? send : null, resolve, reject)
    signal.addEventListener('abort', () => collector.abort(signal.reason as Error), { once: true })
    send(collector)
  })
}

/** It takes all data at once, so that the transport never has to hold any back. */
class Collector implements UpgradeHandler {
  readonly #maxBytes: number
  readonly #resolve: (response: CollectedResponse) => void
  readonly #reject: (error: Error) => void
  readonly #chunks: Buffer[] = []
  /** Sends the request again. `null` if it must not be. */
  #repeat: ((collector: Collector) => void) | null
  #request: UpstreamRequest | null = null
  #status = 0
  #rawHeaders: RawHeaders = []
  #length = 0
  #isOver = false

  constructor (
    maxBytes: number, repeat: ((collector: Collector) => void) | null, resolve: (response: CollectedResponse) => void,
    reject: (error: Error) => void
  ) {
    this.#maxBytes = maxBytes
    this.#repeat = repeat
    this.#resolve = resolve
    this.#reject = reject
  }

  abort (reason: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#reject(reason)
    this.#request?.abort(reason)
  }

  onRequest (request: UpstreamRequest): void {
    this.#request = request
    if (this.#isOver) request.abort(new Error('the request is not needed any more'))
  }

  onHeaders (status: number, rawHeaders: RawHeaders): void {
    if (status < 200) return
    this.#status = status
    this.#rawHeaders = rawHeaders
    // Neither has a body, even if they announce a length (RFC 9110 15.3.5, 15.4.5).
    if (status === 204 || status === 304) this.#end(false)
  }

  onData (chunk: Buffer): boolean {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length > this.#maxBytes) this.#end(true)
    return true
  }

  onComplete (): void {
    this.#end(false)
  }

  onError (error: Error, isExcused = false): void {
    if (this.#isOver) return
    const repeat = isExcused ? this.#repeat : null
    if (repeat !== null) {
      this.#repeat = null
      this.#chunks.length = this.#length = 0
      repeat(this)
      return
    }
    this.#isOver = true
    this.#reject(error)
  }

  /** Never called, because the request is not an upgrade. */
  onUpgrade (_rawHeaders: RawHeaders, socket: Duplex): void {
    socket.destroy()
  }

  #end (isCut: boolean): void {
    if (this.#isOver) return
    this.#isOver = true
    const body = Buffer.concat(this.#chunks).subarray(0, this.#maxBytes)
    this.#resolve({ status: this.#status, rawHeaders: this.#rawHeaders, body, isCut })
    if (isCut) this.#request!.abort(new Error('the response is too large'))
  }
}
