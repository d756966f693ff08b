import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { clientStalled, wasIdle } from '../upstream-errors.ts'
import type { Route } from '../route.ts'
import { pushUpgradeRequired } from '../response/response-headers.ts'
import { addTrailers, cutOff, endConnectionAfter, endWith, needsDrain, writeChunk } from '../../server/client-response.ts'
import { announceTrailers, passedTrailers, type TrailerRules } from '../response/trailers.ts'
import type { UpstreamRequest } from '../../transport/upstream-handler.ts'
import { type Relay, stallLimit } from './relay.ts'
import { flushHead } from '../../server/flush-head.ts'
import { writeHead } from '../../server/write-head.ts'

/**
 * Passes an upstream's response on to the client. A head and a body that arrive together are sent together. The idle
 * timer is only created for a body that takes longer.
 */
export class ResponseRelay implements Relay {
  readonly #reply: FastifyReply
  readonly #response: ServerResponse
  readonly #route: Route
  readonly #request: UpstreamRequest
  readonly #onStall: (error: Error) => void
  /** The upstream's headers, kept until the content type is needed for the idle timer. */
  #rawHeaders: readonly Buffer[] = []
  /** The first chunk of the body, which may be all of it. */
  #held: Buffer | null = null
  #isStreaming = false
  #isOver = false
  hasWaited = false
  hasBegun = false
  /** Waits for `drain`. Until then, chunks that were already read still arrive. */
  #isWaiting = false
  /** `null` if the client gets no trailers. */
  #trailerRules: TrailerRules | null = null
  #stall: NodeJS.Timeout | undefined

  /**
   * @param request is resumed when the client takes more
   * @param onStall called when the response makes no progress
   */
  constructor (reply: FastifyReply, route: Route, request: UpstreamRequest, onStall: (error: Error) => void) {
    this.#reply = reply
    this.#response = reply.raw
    this.#route = route
    this.#request = request
    this.#onStall = onStall
  }

  begin (status: number, rawHeaders: readonly Buffer[], reason: string, isWhole: boolean): void {
    const headers = this.#route.responseHeaders(rawHeaders, this.#reply)
    const hasBody = status !== 204 && status !== 304 && !isWhole
    if (hasBody) this.#trailerRules = announceTrailers(headers, rawHeaders, this.#reply, this.#route.droppedTrailers)
    if (this.#route.inFlight.isClosing) endConnectionAfter(this.#response)
    if (status === 426) pushUpgradeRequired(headers, rawHeaders, this.#response)
    writeHead(this.#response, status, reason, headers, isWhole)
    // From here on, Fastify must not send a response itself.
    this.#reply.hijack()
    this.hasBegun = true
    this.#rawHeaders = rawHeaders
    process.nextTick(ResponseRelay.#sendHeld, this)
  }

  write (chunk: Buffer): boolean {
    if (!this.#isStreaming && this.#held === null) {
      this.#held = chunk
      return true
    }
    ResponseRelay.#sendHeld(this)
    this.#stall?.refresh()
    if (writeChunk(this.#response, chunk)) return true
    if (!this.#isWaiting) this.#response.once('drain', this.#onDrain)
    this.#isWaiting = true
    this.hasWaited = true
    return false
  }

  end (rawTrailers: readonly Buffer[]): void {
    this.stop()
    if (this.#route.inFlight.isClosing) endConnectionAfter(this.#response)
    if (this.#trailerRules !== null) addTrailers(this.#response, passedTrailers(rawTrailers, this.#trailerRules))
    endWith(this.#response, this.#held)
  }

  stop (): void {
    this.#isOver = true
    clearTimeout(this.#stall)
  }

  cutOff (error: Error): void {
    cutOff(this.#response, error)
  }

  /** Sends the head and the held chunk, because the rest may come much later. It is static to save a closure per request. */
  static #sendHeld (relay: ResponseRelay): void {
    if (relay.#isOver || relay.#isStreaming) return
    relay.#isStreaming = true
    relay.#limitStalls()
    if (relay.#held === null) return flushHead(relay.#response)
    writeChunk(relay.#response, relay.#held)
    relay.#held = null
  }

  #limitStalls (): void {
    const limit = stallLimit(this.#route, this.#rawHeaders)
    if (limit > 0) this.#stall = setTimeout(() => this.#onStall(needsDrain(this.#response) ? clientStalled() : wasIdle()), limit)
  }

  readonly #onDrain = (): void => {
    this.#isWaiting = false
    this.#stall?.refresh()
    this.#request.resume()
  }
}
