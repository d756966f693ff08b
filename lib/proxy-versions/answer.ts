import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { clientStalled, wasIdle } from './failures.ts'
import type { Route } from './mount.ts'
import { fieldValue } from './raw-headers.ts'
import { addTrailers, endConnectionAfter, needsDrain } from './response.ts'
import { announcedTrailers, passedTrailers, takesTrailers } from './trailers.ts'
import { writeHead } from './write-head.ts'

/** The upstream's answer on its way to the client. */
export class Answer {
  readonly #reply: FastifyReply
  readonly #response: ServerResponse
  readonly #route: Route
  readonly #resume: () => void
  readonly #onStall: (error: Error) => void
  #stall: NodeJS.Timeout | undefined
  #isBodyUnderWay = false
  #hasTrailers = false

  /**
   * @param resume has the upstream send on
   * @param onStall told when the answer makes no progress
   */
  constructor (reply: FastifyReply, route: Route, resume: () => void, onStall: (error: Error) => void) {
    this.#reply = reply
    this.#response = reply.raw
    this.#route = route
    this.#resume = resume
    this.#onStall = onStall
  }

  /** @throws when it would not be valid HTTP */
  begin (status: number, rawHeaders: readonly Buffer[], reason: string): void {
    const headers = this.#route.responseHeaders(rawHeaders, this.#reply)
    if (status !== 204 && status !== 304) this.#announceTrailers(headers, rawHeaders)
    if (this.#route.mount.isClosing) endConnectionAfter(this.#response)
    writeHead(this.#response, status, reason, headers)
    // From here on the answer is the upstream's, not Fastify's.
    this.#reply.hijack()
    this.#limitStalls(rawHeaders)
    // Node keeps the headers to send them with the body, which may come much later.
    process.nextTick(this.#flush)
  }

  /** @returns whether the client takes more; if not, `resume` is called when it does */
  write (chunk: Buffer): boolean {
    this.#isBodyUnderWay = true
    this.#stall?.refresh()
    if (this.#response.write(chunk)) return true
    this.#response.once('drain', this.#onDrain)
    return false
  }

  end (rawTrailers: ReadonlyArray<Buffer | string>): void {
    this.stop()
    if (this.#route.mount.isClosing) endConnectionAfter(this.#response)
    if (this.#hasTrailers) addTrailers(this.#response, passedTrailers(rawTrailers, this.#route.droppedTrailers))
    this.#response.end()
  }

  /** Nothing more comes. */
  stop (): void {
    this.#isBodyUnderWay = true
    clearTimeout(this.#stall)
  }

  /** Only chunks have trailers behind them (RFC 9112 7.1.2), and only who asked for them reads them. */
  #announceTrailers (headers: string[], rawHeaders: readonly Buffer[]): void {
    if (!takesTrailers(this.#reply.request) || fieldValue(rawHeaders, 'content-length') !== undefined) return
    const announced = announcedTrailers(rawHeaders, this.#route.droppedTrailers)
    if (announced === null) return
    headers.push('trailer', announced)
    this.#hasTrailers = true
  }

  #limitStalls (rawHeaders: readonly Buffer[]): void {
    const { idleMs, eventIdleMs } = this.#route.upstream
    const limit = /^text\/event-stream\b/i.test(fieldValue(rawHeaders, 'content-type') ?? '') ? eventIdleMs : idleMs
    if (limit > 0) this.#stall = setTimeout(() => this.#onStall(needsDrain(this.#response) ? clientStalled() : wasIdle()), limit)
  }

  readonly #flush = (): void => {
    if (!this.#isBodyUnderWay) this.#response.flushHeaders()
  }

  readonly #onDrain = (): void => {
    this.#stall?.refresh()
    this.#resume()
  }
}
