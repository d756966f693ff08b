import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import { refuse } from '../problem.ts'
import { upstreamFailure } from './failures.ts'
import type { ResponseHeaders } from './response-headers.ts'

/**
 * One request's exchange with its upstream: undici's handler of the upstream's answer, which it passes to
 * the client as it comes, no faster than the client takes it.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  readonly #response: ServerResponse
  readonly #version: string
  readonly #headers: ResponseHeaders
  #abort: ((reason: Error) => void) | null = null
  #resume: (() => void) | null = null
  #isClientGone = false

  constructor (request: FastifyRequest, reply: FastifyReply, version: string, headers: ResponseHeaders) {
    this.#request = request
    this.#reply = reply
    this.#response = reply.raw
    this.#version = version
    this.#headers = headers
    this.#response.once('close', this.#onClientClose)
  }

  onConnect (abort: (reason: Error) => void): void {
    this.#abort = abort
    if (this.#isClientGone) abort(new Error('the client left'))
  }

  onHeaders (status: number, rawHeaders: Buffer[], resume: () => void, reason: string): boolean {
    // Interim answers other than the final one are for this hop.
    if (status < 200) return true
    const headers = this.#headers(rawHeaders, this.#reply.getHeaders(), this.#version)
    this.#resume = resume
    // From here on the answer is the upstream's, not Fastify's.
    this.#reply.hijack()
    this.#response.writeHead(status, reason, headers)
    return true
  }

  onData (chunk: Buffer): boolean {
    if (this.#response.write(chunk)) return true
    this.#response.once('drain', this.#onDrain)
    return false
  }

  onComplete (): void {
    this.#response.end()
  }

  onError (error: Error): void {
    if (this.#isClientGone) {
      this.#request.log.info({ version: this.#version, status: 499 }, 'client left before the answer was complete')
    } else if (this.#response.headersSent) {
      this.#request.log.error({ err: error, version: this.#version }, 'upstream failed during its answer')
      // The client must not take what it has for the whole answer.
      this.#response.destroy()
    } else {
      refuse(this.#request, this.#reply, upstreamFailure(error, this.#version))
    }
  }

  readonly #onDrain = (): void => {
    this.#resume?.()
  }

  readonly #onClientClose = (): void => {
    if (this.#response.writableFinished) return
    this.#isClientGone = true
    this.#abort?.(new Error('the client left'))
  }
}
