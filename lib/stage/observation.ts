import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RequestOutcome } from '../../types/index.ts'
import type { Refusal } from '../errors.ts'
import { countBody, countsBytes } from './count-body.ts'
import { observationOf } from './context.ts'

/** The status that is recorded if the client left before a response was sent, as in nginx's logs. */
const clientClosedRequest = 499

/** Whether a status is a server error. Node passes on any status of three digits; from 600 on, it counts as 5xx (RFC 9110 15). */
export function isServerError (status: number): boolean {
  return status >= 500
}

interface Attempted {
  readonly target: { readonly address: string } | null
  readonly retries: number
}

/** Records a request in flight for observers. It is only created if there are observers. */
export class Observation {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** Address of the client, and the requested host. Only set for the access log: a closed socket no longer has an address. */
  client: string | undefined
  host = ''
  /** Milliseconds of `performance.now()`, like all times in this class. */
  readonly begunAt = performance.now()
  endedAt = 0
  /** When the head of the upstream's response arrived. */
  answeredAt: number | null = null
  /** Status of the upstream's response; `null` if there was none. */
  upstreamStatus: number | null = null
  /** Address of the last target that was tried. */
  target: string | null = null
  /** Number of retries. */
  retries = 0
  /** Bytes of the body; after an upgrade, all bytes. */
  bytesReceived = 0
  bytesSent = 0
  isTunnel = false
  refusal: Refusal | null = null
  /** Why the exchange failed, in a word or two, and whether the upstream is to blame. */
  failure: { readonly cause: string, readonly isUpstreams: boolean } | null = null

  #isCounting = false

  constructor (request: FastifyRequest, reply: FastifyReply) {
    this.request = request
    this.reply = reply
  }

  /** Called when the upstream's response starts. */
  answered (status: number): void {
    this.answeredAt = performance.now()
    this.upstreamStatus = status
  }

  sent (piece: Uint8Array): void {
    this.bytesSent += piece.byteLength
  }

  /** Counts the body of a response that is not forwarded. */
  countBody (): void {
    if (this.#isCounting) return
    this.#isCounting = true
    countBody(this)
  }

  failed (cause: string, isUpstreams: boolean): void {
    this.failure = { cause, isUpstreams }
  }

  /** Called when the exchange with the upstream is complete, or when a tunnel starts. */
  exchanged ({ target, retries }: Attempted, body: { readonly byteLength: number } | null): void {
    this.target = target!.address
    this.retries = retries
    this.bytesReceived = body?.byteLength ?? 0
  }

  /** Called when both sides have switched protocols. @returns the object that counts the tunnel's bytes */
  tunnel (): this {
    this.isTunnel = true
    this.upstreamStatus = 101
    return this
  }

  get outcome (): RequestOutcome {
    if (this.failure?.isUpstreams === true) return 'upstream-failed'
    // A response that the gateway itself aborted is not the client's fault.
    if (this.refusal !== null || this.failure?.cause.startsWith('client-') === false) return 'refused'
    return this.isTunnel || isFinished(this.reply.raw) ? 'served' : 'client-gone'
  }

  /** Whether the upstream or a route of the app is at fault: no complete response, or a server error. */
  get isFailure (): boolean {
    return this.outcome === 'upstream-failed' || (this.outcome === 'served' && isServerError(this.status))
  }

  /** Why the request was not served: the failure of the exchange, or the code of the refusal. `null` if neither applies. */
  get cause (): string | null {
    return this.failure?.cause ?? this.refusal?.code ?? null
  }

  get status (): number {
    return this.reply.raw.headersSent ? this.reply.raw.statusCode : clientClosedRequest
  }
}

/** Called for every request when it is complete. */
export type Observer = (observation: Observation) => void

/** Observers by the scope that they observe. */
const observersOf = new WeakMap<FastifyInstance, Observer[]>()

/** Observes all requests of a scope, also refused ones and those outside of the gateway. Routes with `observed: false` are excluded. */
export function observe (app: FastifyInstance, observer: Observer): void {
  const others = observersOf.get(app)
  if (others !== undefined) {
    others.push(observer)
    return
  }
  const observers = [observer]
  observersOf.set(app, observers)
  observationOf.declare(app)
  app.addHook('onRequest', (request, reply, done) => {
    const config = request.routeOptions.config as FastifyContextConfig & { [countsBytes]?: true } | undefined
    if (config?.observed === false) return done()
    // A parent scope may observe the request as well.
    const observation = observationOf.get(request) ?? new Observation(request, reply)
    observationOf.set(request, observation)
    if (config?.[countsBytes] !== true) observation.countBody()
    reply.raw.on('close', () => {
      observation.endedAt = performance.now()
      // If the response was aborted, the exchange learns of it after this event, and still has to record the failure.
      if (isFinished(reply.raw)) tell(observers, observation)
      else process.nextTick(tell, observers, observation)
    })
    done()
  })
  // Refusals, and responses of hooks. Forwarded responses do not pass these hooks.
  app.addHook('onSend', (request, _reply, _payload, done) => {
    observationOf.get(request)?.countBody()
    done()
  })
}

/** Calls the observers. One that throws affects neither the others nor the process. */
function tell (observers: readonly Observer[], observation: Observation): void {
  for (const observer of observers) {
    try {
      observer(observation)
    } catch (err) {
      observation.request.log.error({ err }, 'an observer of requests failed')
    }
  }
}

/** Whether the whole response was handed to the client's connection. */
function isFinished (raw: ServerResponse | Http2ServerResponse): boolean {
  return 'stream' in raw ? raw.stream?.writableFinished !== false : raw.writableFinished
}
