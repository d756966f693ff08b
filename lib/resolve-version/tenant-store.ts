import type { FastifyBaseLogger } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { ResolverAnswer, TenantMapOptions } from '../../types/index.ts'
import { isPromise, type MaybePromise } from '../maybe-promise.ts'

/** How long nothing is fetched in the background after that has failed, in milliseconds. */
const pauseMs = 1000

interface Entry {
  readonly answer: ResolverAnswer
  readonly fetchedAt: number
  /** Until when a failure is not followed by another attempt. */
  pausedUntil: number
}

type StoreOptions = Required<Pick<TenantMapOptions, 'get' | 'ttlMs' | 'staleMs' | 'negativeTtlMs' | 'max' | 'timeoutMs' | 'now' | 'name'>>

/** What is known of tenants. One fetch for each at a time; what is stale is used on while it cannot be renewed. */
export class TenantStore {
  readonly #options: StoreOptions
  readonly #entries: LRUCache<string, Entry>
  readonly #underWay = new Map<string, Promise<ResolverAnswer>>()

  constructor (options: StoreOptions) {
    this.#options = options
    this.#entries = new LRUCache({ max: options.max })
  }

  /** What is remembered of a tenant, at once; else what is fetched. */
  answer (key: string, log: FastifyBaseLogger): MaybePromise<ResolverAnswer> {
    const { ttlMs, negativeTtlMs } = this.#options
    const entry = this.#entries.get(key)
    if (entry === undefined || !this.#isUsable(entry)) return this.#fetch(key, log)
    const isNegative = entry.answer === undefined || entry.answer === null
    if (this.#isYounger(entry, isNegative ? negativeTtlMs : ttlMs) || this.#isPaused(entry)) return entry.answer
    const fetched = this.#fetch(key, log)
    // A tenant that had no pin may have one by now: that is worth waiting for.
    if (isNegative || !isPromise(fetched)) return fetched
    fetched.catch((error: unknown) => this.#warn(error, log))
    return entry.answer
  }

  forget (key: string): void {
    this.#entries.delete(key)
    this.#underWay.delete(key)
  }

  forgetAll (): void {
    this.#entries.clear()
    this.#underWay.clear()
  }

  #isUsable (entry: Entry): boolean {
    return this.#isYounger(entry, this.#options.staleMs)
  }

  /** One of the future is not: the clock was put back, and nobody knows how old it is. */
  #isYounger ({ fetchedAt }: Entry, limitMs: number): boolean {
    const age = this.#options.now() - fetchedAt
    return age >= 0 && age < limitMs
  }

  #isPaused ({ pausedUntil }: Entry): boolean {
    const left = pausedUntil - this.#options.now()
    return left > 0 && left <= pauseMs
  }

  #fetch (key: string, log: FastifyBaseLogger): MaybePromise<ResolverAnswer> {
    const underWay = this.#underWay.get(key)
    if (underWay !== undefined) return underWay
    try {
      const answer = this.#load(key)
      if (!isPromise(answer)) return this.#keep(key, answer)
      const fetch: Promise<ResolverAnswer> = answer.then(
        (answer) => this.#isCurrent(key, fetch) ? this.#keep(key, answer) : answer,
        (error: unknown) => {
          if (this.#isCurrent(key, fetch)) return this.#fallBack(key, error, log)
          throw error
        })
      this.#underWay.set(key, fetch)
      return fetch
    } catch (error) {
      return this.#fallBack(key, error, log)
    }
  }

  /** Ends a fetch. @returns whether its tenant was not forgotten in the meantime */
  #isCurrent (key: string, fetch: Promise<ResolverAnswer>): boolean {
    return this.#underWay.get(key) === fetch && this.#underWay.delete(key)
  }

  #keep (key: string, answer: ResolverAnswer): ResolverAnswer {
    this.#entries.set(key, { answer, fetchedAt: this.#options.now(), pausedUntil: 0 })
    return answer
  }

  /** @throws the error when nothing is left to use */
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
    if (!isPromise(answer) || timeoutMs === 0) return answer
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const error = new Error(`${name} took longer than ${timeoutMs} ms`)
        controller.abort(error)
        // It may not listen.
        reject(error)
      }, timeoutMs)
      Promise.resolve(answer).then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }

  #warn (error: unknown, log: FastifyBaseLogger): void {
    log.warn({ err: error, resolver: this.#options.name }, 'version of a tenant could not be renewed')
  }
}
