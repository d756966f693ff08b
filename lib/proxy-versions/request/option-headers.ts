import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { DeclaredRequestHeaders, RequestHeaders } from '../../../types/index.ts'
import { show } from '../../problems/config-problems.ts'
import { isPromise } from '../../shared/maybe-promise.ts'
import type { AppHeaders } from './app-headers.ts'

/**
 * The headers that `forward.requestHeaders` returns. Declared names are owned, and so is a name that it has returned once: requests
 * for which it returns no value are forwarded without the header, even if the client has sent it.
 */
export class OptionHeaders {
  readonly #read: RequestHeaders
  readonly #log: Pick<FastifyBaseLogger, 'warn'>
  readonly #owned: Set<string>
  /** Whether clients could send a name that is new. */
  #isLate: boolean

  constructor (option: RequestHeaders | DeclaredRequestHeaders, log: Pick<FastifyBaseLogger, 'warn'>) {
    const { names, read } = typeof option === 'function' ? { names: [], read: option } : option
    this.#read = read
    this.#log = log
    this.#owned = new Set(names.map((name) => name.toLowerCase()))
    this.#isLate = typeof option === 'object'
  }

  /** @throws what the function throws, or a TypeError if it does not return an object */
  of (request: FastifyRequest): AppHeaders {
    const fields = Object.entries(fieldsOf(this.#read(request)))
    const returned = new Map(fields.map(([name, value]) => [name.toLowerCase(), value ?? undefined]))
    for (const name of returned.keys()) if (!this.#owned.has(name)) this.#own(name)
    this.#isLate = true
    for (const name of this.#owned) if (!returned.has(name)) returned.set(name, undefined)
    return returned
  }

  #own (name: string): void {
    this.#owned.add(name)
    if (!this.#isLate) return
    this.#log.warn({ header: name }, 'forward.requestHeaders did not name a header before, so clients could send it. List it in names, or always return it, with null for no value')
  }
}

/** Without an object, the headers of the client would be forwarded, so the request is not. */
function fieldsOf (result: unknown): ReturnType<RequestHeaders> {
  if (isPromise(result)) Promise.resolve(result).catch(() => {})
  else if (typeof result === 'object' && result !== null && !Array.isArray(result)) return result as ReturnType<RequestHeaders>
  throw new TypeError(`forward.requestHeaders must return an object with headers, not ${isPromise(result) ? 'a promise' : show(result)}`)
}
