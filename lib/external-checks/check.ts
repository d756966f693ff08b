import type { FastifyBaseLogger } from 'fastify'
import type { ExternalCheck } from '../../types/index.ts'
import { normalizeCheck, type ResolvedCheck } from '../config/normalize-external-checks.ts'
import { checkUnavailable, type Refusal } from '../errors.ts'
import { replaceField } from '../http/edit-fields.ts'
import { rawFieldList } from '../http/raw-headers.ts'
import type { BodyStart, CheckedRequest, CheckOutcome } from '../stage/external-checks.ts'
import type { CollectedResponse } from '../transport/collect-response.ts'
import { checkHeaders } from './check-headers.ts'
import { refusalOf } from './refusal-of.ts'
import { Service } from './service.ts'

/** The outcome of a check. `refusal` is set if the request may not pass. */
interface Verdict {
  readonly outcome: CheckOutcome
  readonly refusal: Refusal | null
}

const failure = (error: Error): { readonly error: Error } => ({ error })

/** One external check. */
export class Check {
  readonly name: string
  readonly bodyBytes: number
  /** Whether it only applies to rules that name it. */
  readonly isOfRules: boolean
  readonly #options: ResolvedCheck
  readonly #service: Service
  readonly #log: FastifyBaseLogger
  readonly #headersOf: ReturnType<typeof checkHeaders>
  /** Whether the last request to the service has failed. */
  #isFailing = false

  /** @param options must be valid */
  constructor (options: ExternalCheck, log: FastifyBaseLogger) {
    this.#options = normalizeCheck(options)
    this.name = options.name
    this.bodyBytes = options.body?.maxBytes ?? 0
    this.isOfRules = this.#options.when === 'route'
    this.#service = new Service(this.#options)
    this.#log = log
    this.#headersOf = checkHeaders(options.forwardHeaders)
  }

  /** Asks the service, and sets the headers that it gives to the request. @throws the reason of the signal */
  async ask (checked: CheckedRequest): Promise<Verdict> {
    const result = await this.#send(checked).then(this.#judge).catch(failure)
    checked.signal.throwIfAborted()
    if ('error' in result) return this.#failed(result.error)
    const { response, refusal } = result
    this.#works()
    if (refusal === null) return this.#passed(checked, response)
    if (this.#options.mode === 'enforce') return { outcome: 'refused', refusal }
    checked.request.log.info({ check: this.name, status: response.status }, 'request would be refused')
    return { outcome: 'would-refuse', refusal: null }
  }

  async close (): Promise<void> {
    await this.#service.close()
  }

  async #send ({ request: { raw }, headers, body, signal }: CheckedRequest): Promise<CollectedResponse> {
    const start = body === null || this.bodyBytes === 0 ? null : cut(body, this.bodyBytes)
    return await this.#service.send({
      method: raw.method!, target: raw.url!, headers: this.#headersOf(headers(), start), body: start?.bytes ?? null
    }, signal)
  }

  /** @throws if the response counts as a failure of the service */
  readonly #judge = (response: CollectedResponse): { readonly response: CollectedResponse, readonly refusal: Refusal | null } => {
    const { status } = response
    const { onError, passResponse } = this.#options
    // Fastify cannot send such a status either.
    if (status > 599 || (status >= 500 && onError === 'allow')) throw new Error(`the service responded with ${status}`)
    return { response, refusal: status >= 200 && status < 300 ? null : refusalOf(this.name, response, passResponse) }
  }

  #passed ({ request }: CheckedRequest, { rawHeaders }: CollectedResponse): Verdict {
    for (const header of this.#options.copyHeaders) {
      const name = header.toLowerCase()
      const value = rawFieldList(rawHeaders, name)
      if (value !== undefined) replaceField(request.raw, name, value)
    }
    return { outcome: 'passed', refusal: null }
  }

  /** Logs when failures begin, not each of them. */
  #failed (cause: Error): Verdict {
    const { onError, mode } = this.#options
    if (!this.#isFailing) this.#log.warn({ err: cause, check: this.name }, 'external check fails')
    this.#isFailing = true
    const isRefused = onError === 'deny' && mode === 'enforce'
    return { outcome: 'failed', refusal: isRefused ? checkUnavailable({ cause, externalCheck: this.name, target: this.#options.url }) : null }
  }

  #works (): void {
    if (this.#isFailing) this.#log.info({ check: this.name }, 'external check works again')
    this.#isFailing = false
  }
}

function cut ({ bytes, isWhole }: BodyStart, maxBytes: number): BodyStart {
  return bytes.length <= maxBytes ? { bytes, isWhole } : { bytes: bytes.subarray(0, maxBytes), isWhole: false }
}
