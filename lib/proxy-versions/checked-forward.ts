import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Mounted } from '../http/mounted-prefix.ts'
import { endConnectionAfter, isDestroyed } from '../server/client-response.ts'
import { isRefusal } from '../errors.ts'
import type { AppliedChecks } from '../stage/external-checks.ts'
import { forward, Forwarding } from './forward.ts'
import type { InFlightMember } from './in-flight-set.ts'
import type { Mount } from './mount.ts'
import { peekBody, RequestBody } from './request/request-body.ts'
import { clientLeft, closing, exchangeFailure, logClientClosed } from './upstream-errors.ts'

/** A request that external checks must pass before it is forwarded. */
export class CheckedForward implements InFlightMember {
  place = -1
  readonly #forwarding: Forwarding
  readonly #abort = new AbortController()

  constructor (forwarding: Forwarding) {
    this.#forwarding = forwarding
  }

  start (checks: AppliedChecks): void {
    const { reply, route: { inFlight } } = this.#forwarding
    inFlight.exchanges.add(this)
    reply.raw.on('close', this.#onClose)
    this.#pass(checks).then(this.#forward, this.#refuse).catch((error: Error) => reply.send(error)).finally(() => {
      reply.raw.off('close', this.#onClose)
      inFlight.endExchange(this)
    })
  }

  /** Ends the checks because the gateway closes. */
  cancel (): void {
    this.#end(closing())
  }

  async #pass (checks: AppliedChecks): Promise<void> {
    const { request, reply, route, payload, body } = this.#forwarding
    if (isDestroyed(reply.raw)) throw clientLeft()
    const start = checks.bodyBytes === 0 || body === null ? null : await peekBody(body, checks.bodyBytes)
    const headers = (): string[] => route.checkHeaders(request, payload)
    await checks.pass({ request, headers, body: start, signal: this.#abort.signal })
    this.#abort.signal.throwIfAborted()
  }

  readonly #forward = (): void => {
    // Fastify responds itself when its `handlerTimeout` expires.
    if (this.#forwarding.reply.sent) this.#dropBody()
    else this.#forwarding.send()
  }

  readonly #refuse = (error: Error): void => {
    const { request, reply, route: { upstream: { version }, inFlight } } = this.#forwarding
    this.#dropBody()
    if (inFlight.isClosing) endConnectionAfter(reply.raw)
    if (isDestroyed(reply.raw)) logClientClosed(request, version)
    else if (!reply.sent) reply.send(isRefusal(error) ? error : exchangeFailure(error, version, undefined))
  }

  readonly #onClose = (): void => {
    this.#end(clientLeft())
  }

  #end (error: Error): void {
    this.#abort.abort(error)
    this.#dropBody(error)
  }

  /** The rest of an upload is not forwarded. */
  #dropBody (error?: Error): void {
    const { body } = this.#forwarding
    if (body instanceof RequestBody) body.destroy(error)
  }
}

/** Forwards a request to its version, after the external checks that apply to it. */
export function forwardChecked (request: FastifyRequest, reply: FastifyReply, mount: Mount, mounted: Mounted): void {
  const checks = mount.checks?.of(request) ?? null
  if (checks === null) forward(request, reply, mount, mounted)
  else new CheckedForward(new Forwarding(request, reply, mount, mounted)).start(checks)
}
