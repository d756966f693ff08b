import type { Duplex } from 'node:stream'
import type { RawHeaders } from '../../http/raw-headers.ts'
import type { UpgradeHandler, UpstreamRequest, UpstreamRequestOptions } from '../../transport/upstream-handler.ts'
import { clientLeft } from '../upstream-errors.ts'
import type { Target } from '../upstream/target.ts'
import { KeptResponse } from './kept-response.ts'

/** One copy of a request. It is never retried, and affects neither the health of its target nor its statistics. */
export class Copy implements UpgradeHandler {
  /** `null` if it failed. */
  readonly response: Promise<KeptResponse | null>
  readonly #target: Target
  readonly #limit: number
  #resolve: (response: KeptResponse | null) => void = () => {}
  #request: UpstreamRequest | null = null
  #kept: KeptResponse | null = null
  #isOver = false

  /**
   * @param target has given a connection
   * @param limit bytes of the response's body to keep
   */
  constructor (target: Target, limit: number) {
    this.#target = target
    this.#limit = limit
    this.response = new Promise((resolve) => { this.#resolve = resolve })
  }

  send (options: UpstreamRequestOptions): void {
    this.#target.connections.dispatch(options, this)
  }

  /** Ends it, in any state. */
  cancel (): void {
    if (this.#request === null) this.#end(null)
    else if (!this.#isOver) this.#request.abort(clientLeft())
  }

  onRequest (request: UpstreamRequest): void {
    this.#request = request
    if (this.#isOver) request.abort(clientLeft())
  }

  onHeaders (status: number, rawHeaders: RawHeaders): void {
    if (status < 200) return
    this.#kept = new KeptResponse(status, rawHeaders, this.#limit)
    // Neither has a body, even if they announce a length (RFC 9110 15.3.5, 15.4.5).
    if (status === 204 || status === 304) this.onComplete()
  }

  onData (chunk: Buffer): boolean {
    this.#kept!.add(chunk)
    return true
  }

  onComplete (): void {
    this.#end(this.#kept)
  }

  onError (): void {
    this.#end(null)
  }

  /** A copy never requests an upgrade. */
  onUpgrade (_rawHeaders: RawHeaders, socket: Duplex): void {
    socket.destroy()
    this.#end(null)
  }

  #end (response: KeptResponse | null): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#target.leaveSpare()
    this.#resolve(response)
  }
}
