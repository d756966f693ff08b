import type { FastifyRequest } from 'fastify'
import { type HeaderReader, watchedHeaders, watchedRawHeaders } from '../headers/watched-headers.ts'
import { isPromise, type MaybePromise } from '../maybe-promise.ts'

/** Most names that are learned. A function that makes up names must not fill the memory. */
const mostNames = 100

/** A request whose headers are watched, and the functions that are running. */
interface Watched {
  /** Those whose headers the app lists. */
  readonly declared: string[]
  readonly undeclared: string[]
  restore: () => void
}

/**
 * Learns which request headers the functions of an app read while they choose a version. A cache must know all of them
 * (`Vary`, RFC 9110 12.5.5), or it gives one caller's version to another: nobody is trusted to list them.
 */
export class HeaderReads {
  readonly #isKnown: (name: string) => boolean
  /** Learned beside what is known. */
  #names: readonly string[] = []
  /** Requests of which a function read headers that are not known. */
  readonly #unclear = new WeakSet<FastifyRequest>()
  readonly #warned = new Set<string>()
  readonly #watched = new WeakMap<FastifyRequest, Watched>()

  /** @param isKnown whether a header needs not be learned. Names are in lower case */
  constructor (isKnown: (name: string) => boolean) {
    this.#isKnown = isKnown
  }

  get names (): readonly string[] {
    return this.#names
  }

  /** Whether it is not known what the decision on a request depends on. */
  isUnclear (request: FastifyRequest): boolean {
    return this.#unclear.has(request)
  }

  /**
   * Calls a function of the app, and notes what it reads until it is done.
   *
   * @param source names the function in the log
   * @param isDeclared whether the app lists the headers that it reads. Then it may also read them in ways that do not tell which
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

  /** One watch serves all functions that run at the same time: each restoring its own would leave another one's behind. */
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
    // What HTTP/2 has as a pseudo-header is Host in a Vary; the others are the method and the URL.
    const name = read === ':authority' ? 'host' : read
    if (this.#isKnown(name) || this.#names.includes(name) || !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return
    if (this.#names.length < mostNames) this.#names = [...this.#names, name]
    else this.#lose(request, source)
  }

  #lose (request: FastifyRequest, source: string): void {
    this.#unclear.add(request)
    if (this.#warned.has(source)) return
    this.#warned.add(source)
    request.log.warn({ resolver: source }, 'it is not known which headers decide the version, so no response may be cached; list them in readsHeaders')
  }
}

/** Replaces a request's headers with watched ones, until what is returned is called. The request stays the same object. */
function install (request: FastifyRequest, reader: HeaderReader): () => void {
  const { raw } = request
  const undo: Array<() => void> = []
  const { headers, rawHeaders } = raw
  const watched = watchedHeaders(headers, reader)
  replace(raw, 'headers', watched, undo)
  // Node makes `headersDistinct` out of them.
  replace(raw, 'rawHeaders', watchedRawHeaders(rawHeaders, reader), undo)
  // One that is only explained has headers of its own.
  if (Object.hasOwn(request, 'headers')) replace(request, 'headers', watched, undo)
  // @fastify/cookie has read the header before, for everybody.
  const { cookies } = request as { cookies?: object | null }
  if (typeof cookies === 'object' && cookies !== null) {
    const onRead = (): void => reader.onRead('cookie')
    replace(request, 'cookies', watchedHeaders(cookies, { onRead, onReadAll: onRead }), undo)
  }
  return () => { for (const each of undo) each() }
}

/** `raw.headers` is an accessor without a setter over HTTP/2, so it is shadowed. What was set in the meantime stays. */
function replace (holder: object, name: 'headers' | 'rawHeaders' | 'cookies', value: unknown, undo: Array<() => void>): void {
  const original: unknown = Reflect.get(holder, name)
  Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true })
  undo.push(() => { if (Reflect.get(holder, name) === value) Reflect.set(holder, name, original) })
}
