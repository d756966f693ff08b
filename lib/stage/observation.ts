import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RequestOutcome } from '../../types/index.ts'
import type { Refusal } from '../errors.ts'
import { observationOf } from './hand-over.ts'

/** Status of a request whose client left before there was one, as in the logs of nginx. */
const clientClosedRequest = 499

interface Attempted {
  readonly target: { readonly address: string } | null
  readonly retries: number
}

/** What is noted of a request while it is under way, for those who observe. Without them, there is none. */
export class Observation {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** Like all times here in milliseconds of `performance.now()`. */
  readonly begunAt = performance.now()
  endedAt = 0
  /** When the head of the upstream's answer came. */
  answeredAt: number | null = null
  /** Address of the target that was tried last. */
  target: string | null = null
  /** How often the request was sent once more. */
  retries = 0
  /** Bytes of bodies; after an upgrade, of all that came. */
  bytesReceived = 0
  bytesSent = 0
  isTunnel = false
  refusal: Refusal | null = null
  /** What was wrong with the exchange, in a word or two, and whose fault it was. */
  failure: { readonly cause: string, readonly isUpstreams: boolean } | null = null

  constructor (request: FastifyRequest, reply: FastifyReply) {
    this.request = request
    this.reply = reply
  }

  /** The upstream has begun to answer. */
  answered (): void {
    this.answeredAt = performance.now()
  }

  sent (piece: Uint8Array): void {
    this.bytesSent += piece.byteLength
  }

  failed (cause: string, isUpstreams: boolean): void {
    this.failure = { cause, isUpstreams }
  }

  /** The exchange with the upstream is over, or a tunnel begins. */
  exchanged ({ target, retries }: Attempted, body: { readonly byteLength: number } | null): void {
    this.target = target!.address
    this.retries = retries
    this.bytesReceived = body?.byteLength ?? 0
  }

  /** Both sides have switched protocols. @returns where the bytes are counted from here on */
  tunnel (): this {
    this.isTunnel = true
    return this
  }

  get outcome (): RequestOutcome {
    if (this.failure?.isUpstreams === true) return 'upstream-failed'
    // What the gateway cuts off, it does not lay to the client's charge.
    if (this.refusal !== null || this.failure?.cause.startsWith('client-') === false) return 'refused'
    return this.isTunnel || isFinished(this.reply.raw) ? 'served' : 'client-gone'
  }

  /** Why it was not served: the code of the refusal, or what was wrong with the exchange. */
  get cause (): string | null {
    return this.failure?.cause ?? this.refusal?.code ?? null
  }

  get status (): number {
    return this.reply.raw.headersSent ? this.reply.raw.statusCode : clientClosedRequest
  }
}

/** Told of every request, when it is over. */
export type Observer = (observation: Observation) => void

/** By the scope that they observe. */
const observersOf = new WeakMap<FastifyInstance, Observer[]>()

/** Has the requests of a scope observed, those refused and those beside the gateway too; not those of `config: { observed: false }`. */
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
    if (request.routeOptions.config?.observed === false) return done()
    // A scope around this one may observe it as well.
    const observation = observationOf.get(request) ?? new Observation(request, reply)
    observationOf.set(request, observation)
    reply.raw.on('close', () => {
      observation.endedAt = performance.now()
      // Of an end before its time the exchange hears after this, and has something to note of it.
      if (isFinished(reply.raw)) tell(observers, observation)
      else process.nextTick(tell, observers, observation)
    })
    done()
  })
}

/** Observers disturb neither each other nor the process. */
function tell (observers: readonly Observer[], observation: Observation): void {
  for (const observer of observers) {
    try {
      observer(observation)
    } catch (err) {
      observation.request.log.error({ err }, 'an observer of requests failed')
    }
  }
}

/** Whether all of an answer was handed to the client's connection. */
function isFinished (raw: ServerResponse | Http2ServerResponse): boolean {
  return 'stream' in raw ? raw.stream?.writableFinished !== false : raw.writableFinished
}
