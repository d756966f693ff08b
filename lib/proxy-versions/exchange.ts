import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import { refuse } from '../problem.ts'
import { passEarlyHints } from './early-hints.ts'
import { clientLeft, exchangeFailure, isUpstreamsFault, timedOut, tooManyInterim } from './failures.ts'
import type { RequestBody } from './request-body.ts'
import type { Target } from './target.ts'
import type { Upstream } from './upstream.ts'
import { writeHead } from './write-head.ts'

/** Interim answers (1xx) that an upstream may send before the final one. */
const mostInterim = 16

type Options = Omit<Dispatcher.DispatchOptions, 'body'> & { body: RequestBody | null }

/**
 * One request's exchange with its upstream: undici's handler of the upstream's answer, which it passes to
 * the client as it comes, no faster than the client takes it.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  readonly #response: ServerResponse
  readonly #upstream: Upstream
  readonly #options: Options
  readonly #tried: Target[] = []
  #target: Target | null = null
  #timer: NodeJS.Timeout | undefined
  #abort: ((reason: Error) => void) | null = null
  #resume: (() => void) | null = null
  #interim = 0
  /** The answer is complete, or there is nobody left to give it to. */
  #isOver = false

  constructor (request: FastifyRequest, reply: FastifyReply, upstream: Upstream, options: Options) {
    this.#request = request
    this.#reply = reply
    this.#response = reply.raw
    this.#upstream = upstream
    this.#options = options
  }

  /** Sends the request. */
  start (): void {
    // A client may leave while a resolver or a hook is still at work.
    if (this.#response.destroyed) return this.#onClose()
    this.#response.once('close', this.#onClose)
    if (this.#upstream.totalMs > 0) this.#timer = setTimeout(this.#onTimeout, this.#upstream.totalMs)
    this.#send(this.#upstream.pick(this.#tried)!)
  }

  #send (target: Target): void {
    this.#tried.push(target)
    this.#target = target
    this.#abort = null
    target.begin()
    target.dispatch(this.#options, this)
  }

  onConnect (abort: (reason: Error) => void): void {
    this.#abort = abort
    if (this.#isOver) abort(clientLeft())
  }

  onHeaders (status: number, rawHeaders: Buffer[], resume: () => void, reason: string): boolean {
    if (status < 200) return this.#onInterim(status, rawHeaders)
    this.#resume = resume
    writeHead(this.#response, status, reason, this.#upstream.responseHeaders(rawHeaders, this.#reply))
    // From here on the answer is the upstream's, not Fastify's.
    this.#reply.hijack()
    // Neither has a body, whatever length they announce (RFC 9110 15.3.5, 15.4.5).
    if (status === 204 || status === 304) this.onComplete()
    return true
  }

  #onInterim (status: number, rawHeaders: Buffer[]): boolean {
    // Each one starts the wait for the headers anew.
    if (++this.#interim > mostInterim) throw tooManyInterim()
    if (status === 103) passEarlyHints(this.#reply, rawHeaders)
    return true
  }

  onData (chunk: Buffer): boolean {
    if (this.#response.write(chunk)) return true
    this.#response.once('drain', this.#onDrain)
    return false
  }

  onComplete (): void {
    if (this.#isOver) return
    this.#end(true)
    this.#response.end()
  }

  onError (error: Error): void {
    if (this.#isOver) return
    // Without a connection nothing was sent: another target may be asked, whatever the method.
    const next = this.#abort === null && this.#tried.length <= this.#upstream.retries ? this.#upstream.pick(this.#tried) : null
    if (next === null) return this.#fail(error)
    this.#target!.end(false)
    this.#send(next)
  }

  #fail (error: Error): void {
    const { version } = this.#upstream
    this.#end(isUpstreamsFault(error) ? false : null)
    if (this.#response.headersSent) {
      this.#request.log.error({ err: error, version, target: this.#target!.address }, 'upstream failed during its answer')
      // The client must not take what it has for the whole answer.
      this.#response.destroy()
    } else {
      refuse(this.#request, this.#reply, exchangeFailure(error, version, this.#target!.address))
    }
  }

  #end (succeeded: boolean | null): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#target?.end(succeeded)
    // What is left of an upload is not the upstream's any more.
    this.#options.body?.destroy()
  }

  readonly #onDrain = (): void => {
    this.#resume?.()
  }

  readonly #onTimeout = (): void => {
    if (this.#abort === null) this.#fail(timedOut())
    else this.#abort(timedOut())
  }

  /** The client left, or the app answered in the upstream's place. */
  readonly #onClose = (): void => {
    if (this.#isOver) return
    this.#end(null)
    this.#request.log.info({ version: this.#upstream.version, status: 499 }, 'client left before the answer was complete')
    this.#abort?.(clientLeft())
  }
}
