import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { RequestHeaders } from '../../../types/index.ts'
import { callSync } from '../../shared/call-sync.ts'
import type { AppHeaders } from './app-headers.ts'

/**
 * The headers that `forward.requestHeaders` returns. A name that it has returned once is owned: requests for which it returns no
 * value are forwarded without the header, even if the client has sent it.
 */
export class OptionHeaders {
  readonly #read: RequestHeaders
  readonly #log: Pick<FastifyBaseLogger, 'warn'>
  readonly #owned = new Set<string>()
  #hasRun = false

  constructor (read: RequestHeaders, log: Pick<FastifyBaseLogger, 'warn'>) {
    this.#read = read
    this.#log = log
  }

  /** @throws what the function throws, or a TypeError if it returns a promise */
  of (request: FastifyRequest): AppHeaders {
    const fields = Object.entries(callSync(this.#read, request))
    const returned = new Map(fields.map(([name, value]) => [name.toLowerCase(), value ?? undefined]))
    for (const name of returned.keys()) if (!this.#owned.has(name)) this.#own(name)
    this.#hasRun = true
    for (const name of this.#owned) if (!returned.has(name)) returned.set(name, undefined)
    return returned
  }

  #own (name: string): void {
    this.#owned.add(name)
    if (!this.#hasRun) return
    this.#log.warn({ header: name }, 'forward.requestHeaders left out a header before, so clients could send it. Return null instead of leaving a header out')
  }
}
