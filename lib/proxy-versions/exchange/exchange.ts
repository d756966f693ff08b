import type { Duplex } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { contextOf } from '../../stage/context.ts'
import { isFinished, type Observation } from '../../stage/observation.ts'
import type { Relay } from './relay.ts'
import { makeRelay } from './reply-relay.ts'
import type { Mirroring } from '../mirror/mirroring.ts'
import { Attempts, type Outcome } from './attempts.ts'
import type { Waiter } from '../upstream/connection-queue.ts'
import { causeOf, clientLeft, closing, exchangeFailure, isUpstreamFault, logClientClosed, mayBeCausedByUpload, timedOut, tooManyInterim, tooManyUpgrades } from '../upstream-errors.ts'
import { forwardInterim, maxInterim } from '../response/interim-responses.ts'
import type { Route } from '../route.ts'
import { fieldValue, type RawHeaders } from '../../http/raw-headers.ts'
import { type ForwardedRequest, isUnfinished, RequestBody } from '../request/request-body.ts'
import type { InFlightMember } from '../in-flight-set.ts'
import { endConnectionAfter } from '../../server/client-response.ts'
import { type RetryCandidate, retryReason } from '../upstream/retry-policy.ts'
import type { UpgradeHandler, UpstreamRequest } from '../../transport/upstream-handler.ts'
import { openTunnel } from '../upgrade/upgrade.ts'

/** One request's exchange with its upstream. */
export class Exchange implements UpgradeHandler, Waiter, InFlightMember {
  place = -1
  readonly #reply: FastifyReply
  readonly #route: Route
  readonly #options: ForwardedRequest
  readonly #attempts: Attempts
  readonly #observation: Observation | null
  readonly #mirroring: Mirroring | null
  #interimCount = 0
  /** The attempt in flight, once it has a connection. */
  #request: UpstreamRequest | null = null
  #relay: Relay | null = null
  #totalLimit: NodeJS.Timeout | undefined
  /** Delays the next attempt. */
  #pause: NodeJS.Timeout | undefined
  #isTunnel = false
  /** The exchange has ended, for any reason. */
  #isOver = false

  constructor (reply: FastifyReply, route: Route, options: ForwardedRequest, mirroring: Mirroring | null) {
    this.#reply = reply
    this.#route = route
    this.#options = options
    this.#mirroring = mirroring
    this.#attempts = new Attempts(route.upstream, this)
    this.#observation = contextOf(reply.request).observation
  }

  start (): void {
    const { inFlight, upstream, retries, totalMs } = this.#route
    if (this.#options.upgrade != null && !upstream.beginUpgrade()) return this.#refuse(tooManyUpgrades())
    inFlight.exchanges.add(this)
    retries.budget.inFlight++
    this.#reply.raw.on('close', this.#onClose)
    if (totalMs > 0) this.#totalLimit = setTimeout(() => this.#abort(timedOut()), totalMs)
    this.#attempts.start()
  }

  cancel (): void {
    this.#abort(closing())
  }

  onConnection (): void {
    this.#attempts.isConnected = true
    this.#attempts.target!.connections.dispatch(this.#options, this)
  }

  onRequest (request: UpstreamRequest): void {
    this.#request = request
    if (this.#isOver) request.abort(clientLeft())
  }

  onHeaders (status: number, rawHeaders: RawHeaders, reason: string, isWhole = false): void {
    if (status < 200) return this.#onInterim(status, rawHeaders)
    this.#attempts.responded(status)
    if (this.#route.retries.on.has(status) && this.#retriesStatus(status, rawHeaders)) return
    // Fastify responds itself when its `handlerTimeout` expires.
    if (this.#reply.raw.headersSent) throw clientLeft()
    this.#observation?.responded(status)
    this.#relay = makeRelay(rawHeaders, this.#mirroring, this.#reply, this.#route, this.#request!, (error) => this.#abort(error))
    this.#relay.begin(status, rawHeaders, reason, isWhole)
    // Neither has a body, even if they announce a length (RFC 9110 15.3.5, 15.4.5).
    if (status === 204 || status === 304) this.onComplete([])
  }

  #onInterim (status: number, rawHeaders: RawHeaders): void {
    // Each one restarts the headers timeout, so an upstream could hold the exchange open forever.
    if (++this.#interimCount > maxInterim) throw tooManyInterim()
    // A 100 is for the gateway itself, and a 101 that switches nothing has no meaning.
    if (status > 101) forwardInterim(this.#reply, status, this.#route.interimHeaders(rawHeaders, this.#reply.request))
  }

  onData (chunk: Buffer): boolean {
    if (this.#route.isDirect) this.#observation?.sent(chunk)
    return this.#relay!.write(chunk)
  }

  onComplete (rawTrailers: RawHeaders): void {
    if (this.#isOver) return
    this.#end('succeeded')
    this.#relay!.end(rawTrailers)
  }

  onUpgrade (rawHeaders: RawHeaders, socket: Duplex): void {
    openTunnel(this.#reply.request, this.#reply, this.#route, rawHeaders, socket)
    this.#isTunnel = true
    this.#attempts.responded(101)
    this.#end('succeeded')
  }

  onError (error: Error, isExcused = false): void {
    if (this.#isOver || this.#pause !== undefined) return
    const reason = this.#relay === null ? retryReason(error, this.#request !== null, isExcused) : null
    const delay = reason === null ? null : this.#route.retries.delay(reason, this.#attempted)
    if (delay === null || !this.#retry(delay, isExcused ? null : error, reason === 'not-sent')) this.#fail(error, isExcused)
  }

  /** Retries the request because of its status. @returns whether there is another attempt */
  #retriesStatus (status: number, rawHeaders: RawHeaders): boolean {
    const request = this.#request!
    const delay = this.#route.retries.delay(status, this.#attempted, fieldValue(rawHeaders, 'retry-after'))
    // At least 1 ms, so that undici reports the end of this attempt before the next one begins.
    if (delay === null || !this.#retry(Math.max(delay, 1), 'succeeded', false)) return false
    request.abort(clientLeft())
    return true
  }

  get #attempted (): RetryCandidate {
    return { method: this.#options.method, hasBody: this.#options.body !== null, attempts: this.#attempts.count }
  }

  /** @returns whether there is a target for another attempt */
  #retry (delay: number, outcome: Outcome, needsAnother: boolean): boolean {
    const target = this.#attempts.next(needsAnother)
    if (target === null) return false
    this.#attempts.end(outcome)
    this.#request = null
    this.#attempts.retries++
    this.#route.retries.beginRetry()
    const begin = (): void => {
      this.#pause = undefined
      this.#attempts.begin(target)
    }
    if (delay === 0) begin()
    else this.#pause = setTimeout(begin, delay)
    return true
  }

  #fail (error: Error, isExcused = false): void {
    const isUploading = this.#request !== null && isUnfinished(this.#options.body)
    const isClients = this.#relay?.hasWaited === true || (isUploading && mayBeCausedByUpload(error))
    const isUpstreams = !isExcused && isUpstreamFault(error) && !isClients
    this.#observation?.failed(causeOf(error), isUpstreams)
    this.#end(isUpstreams ? error : null)
    if (!this.#reply.raw.headersSent && this.#relay?.hasBegun !== true) return this.#refuse(error)
    // Without an upstream response, the app has sent its own, which must not be cut off.
    if (this.#relay === null) return
    this.#reply.request.log.error({ err: error, version: this.#route.upstream.version, target: this.#attempts.target!.address }, 'exchange broke off during the response')
    this.#relay.cutOff(error)
  }

  #refuse (error: Error): void {
    if (this.#route.inFlight.isClosing) endConnectionAfter(this.#reply.raw)
    // This notifies `onError` hooks, and then calls the `refusalHandler` of the route.
    this.#reply.send(exchangeFailure(error, this.#route.upstream.version, this.#attempts.target?.address))
  }

  /** Ends the exchange with an error, in any state. */
  #abort (error: Error): void {
    if (this.#request === null) this.#fail(error)
    else this.#request.abort(error)
  }

  #end (outcome: Outcome): void {
    const { inFlight, upstream, retries } = this.#route
    this.#isOver = true
    this.#observation?.exchanged(this.#attempts, this.#options.body)
    if (outcome !== null) contextOf(this.#reply.request).onExchanged?.(outcome !== 'succeeded' || this.#attempts.hasServerError)
    inFlight.endExchange(this)
    retries.budget.inFlight--
    if (this.#attempts.retries > 0) retries.endRetries(this.#attempts.retries)
    clearTimeout(this.#totalLimit)
    clearTimeout(this.#pause)
    this.#relay?.stop()
    if (this.#options.upgrade != null && !this.#isTunnel) upstream.endUpgrade()
    this.#attempts.finish(outcome)
    // The rest of an upload is not forwarded.
    if (this.#options.body instanceof RequestBody) this.#options.body.destroy()
  }

  /** The client left, or the app sent its own response, as an `onSend` hook does that replaces the upstream's body. */
  readonly #onClose = (): void => {
    if (this.#isOver) return
    this.#end(null)
    if (!isFinished(this.#reply.raw)) logClientClosed(this.#reply.request, this.#route.upstream.version, this.#attempts.target?.address)
    this.#request?.abort(clientLeft())
  }
}
