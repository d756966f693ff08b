import { isUtf8 } from 'node:buffer'
import { isIP } from 'node:net'
import type { Readable } from 'node:stream'
import type { UndiciDispatcher } from '../../types/index.ts'
import type { ResolvedUpstream } from '../config/normalize-upstream.ts'
import { fieldLists } from '../http/field-lists.ts'
import { DispatcherHandler } from './dispatcher-handler.ts'
import { globalMock, isMocking } from './mock-agent.ts'
import { originOf } from './undici-options.ts'
import type { UpgradeHandler, UpstreamPool, UpstreamRequestOptions } from './upstream-handler.ts'

type Options = Pick<ResolvedUpstream, 'dispatcher' | 'timeouts' | 'maxResponseHeaderBytes'>

/**
 * Sends requests to a target through a dispatcher that belongs to the app. It has none of the guards of the gateway's own
 * connections: no guard against unrequested responses, no retry on connections that turn out to be closed, no early head of an upload.
 */
export class DispatcherPool implements UpstreamPool {
  readonly #origin: string
  readonly #options: Options
  readonly #inFlight = new Set<DispatcherHandler>()
  #onIdle = (): void => {}

  constructor (address: string, options: Options) {
    this.#origin = originOf(address)
    this.#options = options
  }

  /** Whether there currently is a dispatcher. */
  get isUsed (): boolean {
    return this.#options.dispatcher !== null || globalMock() !== null
  }

  dispatch (options: UpstreamRequestOptions, handler: UpgradeHandler): void {
    const dispatcher = this.#options.dispatcher ?? globalMock()!
    const { body } = options
    if (!isMocking(dispatcher) || body === null) return this.#send(dispatcher, options, handler)
    // Mocks compare bodies with texts, and do not read streams.
    const send = (bytes: Buffer): void => this.#send(dispatcher, { ...options, body: textOf(bytes) }, handler)
    if (Buffer.isBuffer(body)) return send(body)
    const chunks: Buffer[] = []
    ;(body as Readable).on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => send(Buffer.concat(chunks)))
      .on('error', (error: Error) => handler.onError(error))
  }

  /** Waits for the requests in flight. */
  async close (): Promise<void> {
    if (this.#inFlight.size > 0) await new Promise<void>((resolve) => { this.#onIdle = resolve })
  }

  /** Ends the requests in flight. The dispatcher itself stays open. */
  async destroy (): Promise<void> {
    for (const handler of this.#inFlight) handler.abort(new Error('the gateway no longer needs the response'))
  }

  #send (dispatcher: UndiciDispatcher, options: UpstreamRequestOptions, handler: UpgradeHandler): void {
    const { path, method, headers, body, reset, upgrade } = options
    const { timeouts, maxResponseHeaderBytes } = this.#options
    const headersTimeout = options.headersTimeout ?? timeouts.headers
    const limits = { connectMs: timeouts.connect, headersMs: headersTimeout, maxHeaderSize: maxResponseHeaderBytes }
    const { hostname } = new URL(this.#origin)
    const translated = new DispatcherHandler(handler, body, limits, this.#onEnd)
    this.#inFlight.add(translated)
    try {
      dispatcher.dispatch({
        origin: this.#origin,
        path,
        method,
        headers: headersOf(headers as readonly string[]),
        body,
        reset,
        upgrade,
        headersTimeout,
        // The exchange limits the body itself.
        bodyTimeout: 0,
        // By default undici takes the name from `Host`, so a client could choose it.
        ...isIP(hostname) === 0 && { servername: hostname }
      }, translated)
    } catch (error) {
      translated.fail(error as Error)
    }
  }

  readonly #onEnd = (handler: DispatcherHandler): void => {
    this.#inFlight.delete(handler)
    if (this.#inFlight.size === 0) this.#onIdle()
  }
}

/** Interceptors expect an object. */
function headersOf (fields: readonly string[]): Record<string, string | string[]> {
  return Object.fromEntries([...fieldLists(fields)].map(([key, { values }]) => [key, values.length === 1 ? values[0]! : values]))
}

function textOf (body: Buffer): Buffer | string {
  return isUtf8(body) ? body.toString() : body
}
