import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isHttp2 } from '../http/is-http2.ts'
import type { RequestOutcome } from '../../types/outcome.ts'
import type { Refusal } from '../errors.ts'
import { countBody } from '../server/count-body.ts'
import type { Registry } from '../registry/registry.ts'

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
  /** Name of the rule that the request matched. Empty without routes. */
  route = ''
  /** Milliseconds of `performance.now()`, like all times in this class. */
  readonly begunAt = performance.now()
  endedAt = 0
  /** When the head of the upstream's response arrived. */
  respondedAt: number | null = null
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
  responded (status: number): void {
    this.respondedAt = performance.now()
    this.upstreamStatus = status
  }

  sent (chunk: Uint8Array): void {
    this.bytesSent += chunk.byteLength
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
    this.target = target?.address ?? null
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

/** Whether the whole response was handed to the client's connection. */
export function isFinished (raw: ServerResponse | Http2ServerResponse): boolean {
  if (isHttp2(raw)) return raw.stream?.writableFinished !== false
  // `inject()` closes a complete response before its simulated connection has taken the last bytes. A real connection that
  // has not taken them is destroyed by then.
  return raw.writableFinished || (raw.writableEnded && raw.socket?.destroyed === false)
}

/**
 * Returns the id of the version that served a request, or that a refused request named. Returns an empty string if no version
 * was chosen or the registry does not know the name, so that clients cannot choose label values.
 */
export function versionOf ({ request: { version }, refusal }: Observation, registry: Registry | undefined): string {
  if (version != null) return version.id
  const name = refusal?.members?.version
  return name === undefined ? '' : registry?.get(name)?.id ?? ''
}
