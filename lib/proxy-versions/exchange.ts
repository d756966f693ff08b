import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import { refuse } from '../problem.ts'
import { exchangeFailure } from './failures.ts'
import type { RequestBody } from './request-body.ts'
import type { ResponseHeaders } from './response-headers.ts'
import { writeHead } from './write-head.ts'

/**
 * One request's exchange with its upstream: undici's handler of the upstream's answer, which it passes to
 * the client as it comes, no faster than the client takes it.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  readonly #response: ServerResponse
  readonly #body: RequestBody | null
  readonly #version: string
  readonly #headers: ResponseHeaders
  #abort: ((reason: Error) => void) | null = null
  #resume: (() => void) | null = null
  /** The answer is complete, or there is nobody left to give it to. */
  #isOver = false

  constructor (request: FastifyRequest, reply: FastifyReply, body: RequestBody | null, version: string, headers: ResponseHeaders) {
    this.#request = request
    this.#reply = reply
    this.#response = reply.raw
    this.#body = body
    this.#version = version
    this.#headers = headers
    // A client may leave while a resolver or a hook is still at work.
    if (this.#response.destroyed) this.#onClose()
    else this.#response.once('close', this.#onClose)
  }

  onConnect (abort: (reason: Error) => void): void {
    this.#abort = abort
    if (this.#isOver) abort(new Error('the client left'))
  }

  onHeaders (status: number, rawHeaders: Buffer[], resume: () => void, reason: string): boolean {
    // Interim answers are not passed on: the final one follows.
    if (status < 200) return true
    this.#resume = resume
    writeHead(this.#response, status, reason, this.#headers(rawHeaders, this.#reply.getHeaders(), this.#version))
    // From here on the answer is the upstream's, not Fastify's.
    this.#reply.hijack()
    // Neither has a body, whatever length they announce (RFC 9110 15.3.5, 15.4.5).
    if (status === 204 || status === 304) this.onComplete()
    return true
  }

  onData (chunk: Buffer): boolean {
    if (this.#response.write(chunk)) return true
    this.#response.once('drain', this.#onDrain)
    return false
  }

  onComplete (): void {
    if (this.#isOver) return
    this.#end()
    this.#response.end()
  }

  onError (error: Error): void {
    if (this.#isOver) return
    this.#end()
    if (this.#response.headersSent) {
      this.#request.log.error({ err: error, version: this.#version }, 'upstream failed during its answer')
      // The client must not take what it has for the whole answer.
      this.#response.destroy()
    } else {
      refuse(this.#request, this.#reply, exchangeFailure(error, this.#version))
    }
  }

  #end (): void {
    this.#isOver = true
    // What is left of an upload is not the upstream's any more.
    this.#body?.destroy()
  }

  readonly #onDrain = (): void => {
    this.#resume?.()
  }

  /** The client left, or the app answered in the upstream's place. */
  readonly #onClose = (): void => {
    if (this.#isOver) return
    this.#end()
    this.#request.log.info({ version: this.#version, status: 499 }, 'client left before the answer was complete')
    this.#abort?.(new Error('the client left'))
  }
}
