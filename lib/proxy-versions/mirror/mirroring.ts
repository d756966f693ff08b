import { fieldValue, type RawHeaders } from '../../http/raw-headers.ts'
import { isGrpc } from '../../http/media-types.ts'
import { RequestBody } from '../request/request-body.ts'
import { KeptBody } from './kept-body.ts'
import { KeptResponse } from './kept-response.ts'

/** How many bytes of a mirrored request and its response are kept. */
interface Limits {
  /** Bytes of the request's body. */
  readonly request: number
  /** Bytes of the response's body; `null` if no mirror compares it. */
  readonly response: number | null
}

/** Follows the exchange of a request that is mirrored. Copies are sent once the response has begun and the upload is complete. */
export class Mirroring {
  /** The caller's response, once it is complete. It may never be. */
  readonly response: Promise<KeptResponse>
  readonly #limits: Limits
  readonly #body: Buffer | KeptBody | null
  readonly #start: (body: Buffer | null) => void
  #resolve: (response: KeptResponse) => void = () => {}
  #kept: KeptResponse | null = null
  #hasBegun = false

  /** @param start called at most once, with the body of the request */
  constructor (body: Buffer | RequestBody | null, limits: Limits, start: (body: Buffer | null) => void) {
    this.#limits = limits
    this.#start = start
    this.#body = body instanceof RequestBody ? body.keeper = new KeptBody(limits.request, () => this.#startIfReady()) : body
    this.response = new Promise((resolve) => { this.#resolve = resolve })
  }

  /** The final response has begun. */
  begin (status: number, rawHeaders: RawHeaders): void {
    const type = fieldValue(rawHeaders, 'content-type') ?? ''
    // Streams may last for hours.
    if (/^text\/event-stream\b/i.test(type) || isGrpc(type)) return
    if (this.#limits.response !== null) this.#kept = new KeptResponse(status, rawHeaders, this.#limits.response)
    this.#hasBegun = true
    this.#startIfReady()
  }

  add (chunk: Buffer): void {
    this.#kept?.add(chunk)
  }

  end (): void {
    if (this.#kept !== null) this.#resolve(this.#kept)
  }

  #startIfReady (): void {
    if (!this.#hasBegun) return
    if (!(this.#body instanceof KeptBody)) this.#start(this.#body)
    else if (this.#body.whole !== null) this.#start(this.#body.whole)
  }
}
