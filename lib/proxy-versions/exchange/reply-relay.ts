import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { isHttp2 } from '../../http/is-http2.ts'
import { fieldLists } from '../../http/field-lists.ts'
import { isGrpc } from '../../http/media-types.ts'
import { fieldValue, type RawHeaders } from '../../http/raw-headers.ts'
import { addTrailers, cutOff, endConnectionAfter, needsDrain } from '../../server/client-response.ts'
import { flushHead } from '../../server/flush-head.ts'
import type { UpstreamRequest } from '../../transport/upstream-handler.ts'
import { pushUpgradeRequired } from '../response/response-headers.ts'
import { announceTrailers, passedTrailers, type TrailerRules } from '../response/trailers.ts'
import type { Route } from '../route.ts'
import { clientStalled, exchangeFailure, wasIdle } from '../upstream-errors.ts'
import type { Mirroring } from '../mirror/mirroring.ts'
import { MirroredRelay } from './mirrored-relay.ts'
import { type Relay, stallLimit } from './relay.ts'
import { ResponseRelay } from './response-relay.ts'

/**
 * Passes an upstream's response on through `reply.send()`, for `forward.reply: 'fastify'`: the app's `onSend` hooks see it, and
 * can change its headers and its body.
 */
export class ReplyRelay implements Relay {
  hasWaited = false
  hasBegun = false
  readonly #reply: FastifyReply
  readonly #route: Route
  readonly #request: UpstreamRequest
  readonly #body: Readable
  readonly #onStall: (error: Error) => void
  /** `null` if the client gets no trailers. */
  #trailerRules: TrailerRules | null = null
  #stall: NodeJS.Timeout | undefined

  /**
   * @param request is resumed when the client takes more
   * @param onStall called when the response makes no progress
   */
  constructor (reply: FastifyReply, route: Route, request: UpstreamRequest, onStall: (error: Error) => void) {
    this.#reply = reply
    this.#route = route
    this.#request = request
    this.#onStall = onStall
    this.#body = new Readable({ read: () => this.#onRead() })
    // A hook may replace the stream, and leave its errors unhandled.
    this.#body.on('error', () => {})
  }

  begin (status: number, rawHeaders: RawHeaders, reason: string, isWhole: boolean): void {
    const { raw, request } = this.#reply
    const headers = this.#route.responseHeaders(rawHeaders, this.#reply)
    const hasBody = !isWhole && request.method !== 'HEAD' && status !== 204 && status !== 304
    if (hasBody) this.#trailerRules = announceTrailers(headers, rawHeaders, this.#reply, this.#route.droppedTrailers)
    if (this.#route.inFlight.isClosing) endConnectionAfter(raw)
    if (status === 426) pushUpgradeRequired(headers, rawHeaders, raw)
    this.#setHead(status, reason, headers)
    const limit = stallLimit(this.#route, rawHeaders)
    if (limit > 0) this.#stall = setTimeout(() => this.#onStall(this.#isClientSlow ? clientStalled() : wasIdle()), limit)
    this.hasBegun = true
    this.#reply.send(hasBody ? this.#body : undefined)
  }

  write (chunk: Buffer): boolean {
    this.#stall?.refresh()
    if (this.#body.push(chunk)) return true
    this.hasWaited = true
    return false
  }

  end (rawTrailers: RawHeaders): void {
    this.stop()
    if (this.#trailerRules !== null) addTrailers(this.#reply.raw, passedTrailers(rawTrailers, this.#trailerRules))
    this.#body.push(null)
  }

  stop (): void {
    clearTimeout(this.#stall)
  }

  cutOff (error: Error): void {
    const { raw } = this.#reply
    if (raw.headersSent && !raw.writableEnded) cutOff(raw, error)
    // If nothing was sent yet, Fastify sends this error.
    this.#body.destroy(exchangeFailure(error, this.#route.upstream.version, undefined))
  }

  /** Replaces the headers of the reply, which are among the given ones. @throws if one is invalid */
  #setHead (status: number, reason: string, headers: readonly string[]): void {
    const { raw } = this.#reply
    const fields = fieldLists(headers)
    for (const name of Object.keys(this.#reply.getHeaders())) this.#reply.removeHeader(name)
    for (const [name, { values }] of fields) this.#reply.header(name, values.length === 1 ? values[0] : values)
    // `reply.code` accepts no status above 599.
    raw.statusCode = status
    // HTTP/2 has no reason phrase (RFC 9113 8.3.2).
    if (!isHttp2(raw) && /^[\t\x20-\x7e]+$/.test(reason)) raw.statusMessage = reason
  }

  get #isClientSlow (): boolean {
    return this.#body.readableLength > 0 || needsDrain(this.#reply.raw)
  }

  #onRead (): void {
    this.#stall?.refresh()
    this.#request.resume()
    process.nextTick(ReplyRelay.#sendHead, this.#reply)
  }

  /** Sends the head if the body takes longer. Fastify only sends it with the first chunk. */
  static #sendHead (reply: FastifyReply): void {
    const { raw } = reply
    // Fastify passes the headers to Node once all `onSend` hooks have run.
    if (!raw.headersSent && !raw.destroyed && raw.getHeaderNames().length === Object.keys(reply.getHeaders()).length) flushHead(raw)
  }
}

/** Makes the relay of a response. gRPC clients need the frames as they are, so their responses are always written directly. */
export function makeRelay (rawHeaders: RawHeaders, mirroring: Mirroring | null, ...args: ConstructorParameters<typeof ReplyRelay>): Relay {
  const [, { isDirect }] = args
  const relay = isDirect || isGrpc(fieldValue(rawHeaders, 'content-type')) ? new ResponseRelay(...args) : new ReplyRelay(...args)
  return mirroring === null ? relay : new MirroredRelay(relay, mirroring)
}
