import type { FastifyRequest } from 'fastify'
import { type HeaderReader, watchedHeaders, watchedRawHeaders } from '../../http/watched-headers.ts'
import { isPromise, type MaybePromise } from '../../shared/maybe-promise.ts'

/** Maximum number of learned names, so that a function that reads random names does not exhaust memory. */
const mostNames = 100

/** The functions that are running for a request whose headers are watched. */
interface Watched {
  /** Functions whose headers the app lists. */
  readonly declared: string[]
  readonly undeclared: string[]
  restore: () => void
}

/**
 * Learns which request headers the functions of an app read while they choose a version. `Vary` must name all of them
 * (RFC 9110 12.5.5), or a cache would serve one caller's version to another. An app's own list may be incomplete.
 */
export class HeaderReads {
  readonly #isKnown: (name: string) => boolean
  /** Names learned in addition to the known ones. */
  #names: readonly string[] = []
  /** Requests for which it is unknown which headers a function has read. */
  readonly #unclear = new WeakSet<FastifyRequest>()
  readonly #warned = new Set<string>()
  readonly #watched = new WeakMap<FastifyRequest, Watched>()

  /** @param isKnown whether a header need not be learned; its name is in lower case */
  constructor (isKnown: (name: string) => boolean) {
    this.#isKnown = isKnown
  }

  get names (): readonly string[] {
    return this.#names
  }

  /** Whether it is unknown on which headers the decision depends. */
  isUnclear (request: FastifyRequest): boolean {
    return this.#unclear.has(request)
  }

  /**
   * Calls a function of the app, and records the headers that it reads until it is done.
   *
   * @param source names the function in the log
   * @param isDeclared whether the app lists the headers that the function reads. It may then also read all headers at once
   */
  watch<Value> (request: FastifyRequest, source: string, isDeclared: boolean, call: () => MaybePromise<Value>): MaybePromise<Value> {
    const watched = this.#watched.get(request) ?? this.#install(request)
    const sources = isDeclared ? watched.declared : watched.undeclared
    sources.push(source)
    const end = (): void => {
      sources.splice(sources.indexOf(source), 1)
      if (watched.declared.length + watched.undeclared.length > 0) return
      this.#watched.delete(request)
      watched.restore()
    }
    try {
      const value = call()
      if (isPromise(value)) return Promise.resolve(value).finally(end)
      end()
      return value
    } catch (error) {
      end()
      throw error
    }
  }

  /** All concurrent functions share one watch: separate ones could restore the headers in the wrong order. */
  #install (request: FastifyRequest): Watched {
    const watched: Watched = { declared: [], undeclared: [], restore: () => {} }
    watched.restore = install(request, {
      onRead: (name) => { this.#learn(name, request, [...watched.declared, ...watched.undeclared].at(-1)!) },
      onReadAll: () => { for (const source of watched.undeclared) this.#lose(request, source) }
    })
    this.#watched.set(request, watched)
    return watched
  }

  #learn (read: string, request: FastifyRequest, source: string): void {
    // In `Vary`, `:authority` is Host. The other pseudo-headers are the method and the URL, which a cache key has anyway.
    const name = read === ':authority' ? 'host' : read
    if (this.#isKnown(name) || this.#names.includes(name) || !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return
    if (this.#names.length < mostNames) this.#names = [...this.#names, name]
    else this.#lose(request, source)
  }

  #lose (request: FastifyRequest, source: string): void {
    this.#unclear.add(request)
    if (this.#warned.has(source)) return
    this.#warned.add(source)
    request.log.warn({ resolver: source }, 'cannot tell which headers decide the version, so responses are marked as not cacheable; list the headers in readsHeaders')
  }
}

/** Replaces a request's headers with watched ones. @returns restores them */
function install (request: FastifyRequest, reader: HeaderReader): () => void {
  const { raw } = request
  const undo: Array<() => void> = []
  const { headers, rawHeaders } = raw
  const watched = watchedHeaders(headers, reader)
  replace(raw, 'headers', watched, undo)
  // Node computes `headersDistinct` from `rawHeaders`.
  replace(raw, 'rawHeaders', watchedRawHeaders(rawHeaders, reader), undo)
  // An explained request has its own `headers` property.
  if (Object.hasOwn(request, 'headers')) replace(request, 'headers', watched, undo)
  // @fastify/cookie has already parsed the header.
  const { cookies } = request as { cookies?: object | null }
  if (typeof cookies === 'object' && cookies !== null) {
    const onRead = (): void => reader.onRead('cookie')
    replace(request, 'cookies', watchedHeaders(cookies, { onRead, onReadAll: onRead }), undo)
  }
  return () => { for (const each of undo) each() }
}

/** Shadows a property, because `raw.headers` has no setter over HTTP/2. `undo` keeps values that were set meanwhile. */
function replace (holder: object, name: 'headers' | 'rawHeaders' | 'cookies', value: unknown, undo: Array<() => void>): void {
  const original: unknown = Reflect.get(holder, name)
  Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true })
  undo.push(() => { if (Reflect.get(holder, name) === value) Reflect.set(holder, name, original) })
}
