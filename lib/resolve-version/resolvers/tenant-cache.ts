import type { FastifyBaseLogger } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { ResolverAnswer, TenantMapOptions } from '../../../types/index.ts'
import type { WithDefaults } from '../../config/normalize.ts'
import type { tenantMapDefaults } from '../../config/normalize-resolvers.ts'
import { isPromise, type MaybePromise } from '../../shared/maybe-promise.ts'
import { tookTooLong, withTimeout } from '../../shared/with-timeout.ts'

/** Milliseconds without background lookups after a failure. */
const pauseMs = 1000

interface Entry {
  readonly answer: ResolverAnswer
  readonly fetchedAt: number
  /** No background lookup before this time, after a failure. */
  pausedUntil: number
}

type CacheOptions = Pick<WithDefaults<TenantMapOptions, typeof tenantMapDefaults>, 'get' | keyof typeof tenantMapDefaults>

/** Caches the versions of tenants. There is one lookup per tenant at a time, and stale entries are used while lookups fail. */
export class TenantCache {
  readonly #options: CacheOptions
  readonly #entries: LRUCache<string, Entry>
  readonly #inFlight = new Map<string, Promise<ResolverAnswer>>()

  constructor (options: CacheOptions) {
    this.#options = options
    this.#entries = new LRUCache({ max: options.max })
  }

  /** Returns the cached result for a tenant, or looks it up. */
  find (key: string, log: FastifyBaseLogger): MaybePromise<ResolverAnswer> {
    const { ttlMs, negativeTtlMs } = this.#options
    const entry = this.#entries.get(key)
    if (entry === undefined || !this.#isUsable(entry)) return this.#fetch(key, log)
    const isNegative = entry.answer === undefined || entry.answer === null
    if (this.#isYounger(entry, isNegative ? negativeTtlMs : ttlMs) || this.#isPaused(entry)) return entry.answer
    const fetched = this.#fetch(key, log)
    // A tenant without a pin may have one by now, so the request waits.
    if (isNegative || !isPromise(fetched)) return fetched
    fetched.catch((error: unknown) => this.#warn(error, log))
    return entry.answer
  }

  forget (key: string): void {
    this.#entries.delete(key)
    this.#inFlight.delete(key)
  }

  forgetAll (): void {
    this.#entries.clear()
    this.#inFlight.clear()
  }

  #isUsable (entry: Entry): boolean {
    return this.#isYounger(entry, this.#options.staleMs)
  }

  /** An entry from the future counts as too old: the clock was set back, so its age is unknown. */
  #isYounger ({ fetchedAt }: Entry, limitMs: number): boolean {
    const age = this.#options.now() - fetchedAt
    return age >= 0 && age < limitMs
  }

  #isPaused ({ pausedUntil }: Entry): boolean {
    const left = pausedUntil - this.#options.now()
    return left > 0 && left <= pauseMs
  }

  #fetch (key: string, log: FastifyBaseLogger): MaybePromise<ResolverAnswer> {
    const inFlight = this.#inFlight.get(key)
    if (inFlight !== undefined) return inFlight
    try {
      const answer = this.#load(key)
      if (!isPromise(answer)) return this.#keep(key, answer)
      const fetch: Promise<ResolverAnswer> = answer.then(
        (answer) => this.#isCurrent(key, fetch) ? this.#keep(key, answer) : answer,
        (error: unknown) => {
          if (this.#isCurrent(key, fetch)) return this.#fallBack(key, error, log)
          throw error
        })
      this.#inFlight.set(key, fetch)
      return fetch
    } catch (error) {
      return this.#fallBack(key, error, log)
    }
  }

  /** Ends a lookup. @returns whether its tenant was not invalidated during it */
  #isCurrent (key: string, fetch: Promise<ResolverAnswer>): boolean {
    return this.#inFlight.get(key) === fetch && this.#inFlight.delete(key)
  }

  #keep (key: string, answer: ResolverAnswer): ResolverAnswer {
    this.#entries.set(key, { answer, fetchedAt: this.#options.now(), pausedUntil: 0 })
    return answer
  }

  /** Returns the stale entry, or throws the error if the key has no usable entry. */
  #fallBack (key: string, error: unknown, log: FastifyBaseLogger): ResolverAnswer {
    const entry = this.#entries.peek(key)
    if (entry === undefined || !this.#isUsable(entry)) throw error
    entry.pausedUntil = this.#options.now() + pauseMs
    this.#warn(error, log)
    return entry.answer
  }

  #load (key: string): MaybePromise<ResolverAnswer> {
    const { get, timeoutMs, name } = this.#options
    const controller = new AbortController()
    const answer = get(key, controller.signal)
    if (!isPromise(answer)) return answer
    return withTimeout(answer, timeoutMs, () => {
      const error = tookTooLong(name, timeoutMs)
      controller.abort(error)
      // `get` may ignore the signal.
      throw error
    })
  }

  #warn (error: unknown, log: FastifyBaseLogger): void {
    log.warn({ err: error, resolver: this.#options.name }, 'renewing the version of a tenant failed')
  }
}
