import type { FastifyRequest } from 'fastify'
import { type HeaderReader, watchedHeaders, watchedRawHeaders } from '../../http/watched-headers.ts'
import { contextOf } from '../../stage/context.ts'
import { isPromise, type MaybePromise } from '../../shared/maybe-promise.ts'
import { watchProperties } from './watch-properties.ts'

/** Maximum number of learned names, so that a function that reads random names does not exhaust memory. */
const maxNames = 100

/** A function of the app. */
interface Running {
  /** Names the function in the log. */
  readonly source: string
  /** The headers on which it depends, if the app lists them. */
  readonly readsHeaders: readonly string[] | undefined
}

/** The functions that are running for a request that is watched. */
interface Watched {
  readonly running: Running[]
  readonly restoreHeaders: () => void
  /** Absent while all functions list the headers on which they depend. */
  restoreProperties?: () => void
}

/**
 * Learns which request headers the functions of an app read while they choose a version. `Vary` must name all of them
 * (RFC 9110 12.5.5), or a cache would serve one caller's version to another. An app's own list may be incomplete. `Vary` cannot
 * name anything else, such as the address of the client, so then no cache may store the response.
 */
export class HeaderTracker {
  readonly #isKnown: (name: string) => boolean
  /** Names learned in addition to the known ones. */
  #names: readonly string[] = []
  readonly #warned = new Set<string>()
  readonly #watched = new WeakMap<FastifyRequest, Watched>()

  /** @param isKnown whether a header need not be learned; its name is in lower case */
  constructor (isKnown: (name: string) => boolean) {
    this.#isKnown = isKnown
  }

  get names (): readonly string[] {
    return this.#names
  }

  /**
   * Calls a function of the app, and records what it reads until it is done.
   *
   * @param source names the function in the log
   * @param readsHeaders the headers on which the function depends, if the app lists them. It may then also read all headers at
   * once, and properties that the app has made of them
   */
  watch<Value> (
    request: FastifyRequest, source: string, readsHeaders: readonly string[] | undefined, call: () => MaybePromise<Value>
  ): MaybePromise<Value> {
    const watched = this.#watched.get(request) ?? this.#install(request)
    const { running } = watched
    const self = { source, readsHeaders }
    running.push(self)
    if (needsProperties(self)) watched.restoreProperties ??= this.#installProperties(request, running)
    const end = (): void => {
      running.splice(running.indexOf(self), 1)
      if (running.length === 0) this.stop(request)
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

  /** Ends the watch when the version is decided. Functions that still run no longer matter, and other code reads headers too. */
  stop (request: FastifyRequest): void {
    const watched = this.#watched.get(request)
    if (watched === undefined) return
    this.#watched.delete(request)
    watched.restoreProperties?.()
    watched.restoreHeaders()
  }

  /** All concurrent functions share one watch: separate ones could restore the request in the wrong order. */
  #install (request: FastifyRequest): Watched {
    const running: Running[] = []
    const restoreHeaders = install(request, {
      onRead: (name) => { this.#learn(name, request, running.at(-1)!.source) },
      onReadAll: () => { this.#loseUndeclared(request, running, 'all headers') }
    })
    const watched = { running, restoreHeaders }
    this.#watched.set(request, watched)
    return watched
  }

  #installProperties (request: FastifyRequest, running: readonly Running[]): () => void {
    return watchProperties(request, {
      onReadAdded: (name) => { this.#loseUndeclared(request, running, name) },
      onReadConnection: () => {
        for (const each of running) if (needsProperties(each)) this.#lose(request, each.source, 'the connection of the client')
      }
    })
  }

  #loseUndeclared (request: FastifyRequest, running: readonly Running[], read: string): void {
    for (const { source, readsHeaders } of running) if (readsHeaders === undefined) this.#lose(request, source, read)
  }

  #learn (read: string, request: FastifyRequest, source: string): void {
    // In `Vary`, `:authority` is Host. The other pseudo-headers are the method and the URL, which a cache key has anyway.
    const name = read === ':authority' ? 'host' : read
    if (this.#isKnown(name) || this.#names.includes(name) || !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return
    if (this.#names.length < maxNames) this.#names = [...this.#names, name]
    else this.#lose(request, source, 'many headers')
  }

  #lose (request: FastifyRequest, source: string, reads: string): void {
    contextOf(request).isDecisionUnclear = true
    if (this.#warned.has(source)) return
    this.#warned.add(source)
    request.log.warn({ resolver: source, reads }, 'cannot tell which headers decide the version, so responses are marked as not cacheable; list the headers in readsHeaders')
  }
}

/**
 * Whether to watch other properties than headers. An empty list does not cover the address of the client. A list
 * with headers may name those of a proxy that has it.
 */
function needsProperties ({ readsHeaders = [] }: Running): boolean {
  return readsHeaders.length === 0
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
  // @fastify/cookie has already parsed the header.
  const { cookies } = request as { cookies?: object | null }
  if (typeof cookies === 'object' && cookies !== null) {
    const onRead = (): void => reader.onRead('cookie')
    replace(request, 'cookies', watchedHeaders(cookies, { onRead, onReadAll: onRead }), undo)
  }
  return () => { for (const each of undo) each() }
}

/** Shadows a property, because `raw.headers` has no setter over HTTP/2. `undo` keeps values that were set since then. */
function replace (holder: object, name: 'headers' | 'rawHeaders' | 'cookies', value: unknown, undo: Array<() => void>): void {
  const original: unknown = Reflect.get(holder, name)
  Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true })
  undo.push(() => { if (Reflect.get(holder, name) === value) Reflect.set(holder, name, original) })
}
