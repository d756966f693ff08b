import type { FastifyBaseLogger } from 'fastify'
import type { LimitState, LimitStore, LimitTake, RateLimitsOptions } from '../../types/limits.ts'
import { limitsUnavailable } from '../errors.ts'
import { isPromise, type MaybePromise } from '../shared/maybe-promise.ts'
import { PassiveHealth } from '../shared/passive-health.ts'
import { tookTooLong } from '../shared/with-timeout.ts'
import { Deadlines } from './deadlines.ts'

/** Milliseconds without the store after a failure. Then one request tries it. */
const cooldownMs = 1_000

interface Options extends Pick<Required<RateLimitsOptions>, 'store' | 'storeTimeoutMs' | 'onStoreError'> {
  /** Counts while the store fails. */
  readonly local: LimitStore
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'info'>
  readonly clock?: () => number
}

/** Limits the time that requests wait for a store, and does without it while it fails. */
export class GuardedStore {
  readonly #options: Options
  readonly #health: PassiveHealth
  readonly #deadlines: Deadlines

  constructor (options: Options) {
    this.#options = options
    this.#deadlines = new Deadlines(options.storeTimeoutMs)
    this.#health = new PassiveHealth({ failures: 1, cooldownMs }, options.clock ?? (() => performance.now()))
  }

  /** @throws `LIMITS_UNAVAILABLE` */
  take (takes: readonly LimitTake[]): MaybePromise<readonly LimitState[]> {
    const { store } = this.#options
    if (!this.#health.isHealthy) return this.#doWithout(takes, new Error('the store of the rate limits is not available'))
    this.#health.begin()
    try {
      const states = store.take(takes)
      if (!isPromise(states)) return states
      return this.#limited(states, takes)
    } catch (error) {
      return this.#failed(takes, error)
    }
  }

  #limited (states: Promise<readonly LimitState[]>, takes: readonly LimitTake[]): Promise<readonly LimitState[]> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        try {
          resolve(this.#failed(takes, error))
        } catch (refusal) {
          reject(refusal)
        }
      }
      const { storeTimeoutMs } = this.#options
      let isLate = false
      const end = this.#deadlines.add(() => {
        isLate = true
        fail(tookTooLong('the store of the rate limits', storeTimeoutMs))
      })
      states.then((result) => {
        end()
        if (!isLate) resolve(this.#succeeded(result))
      }, (error: unknown) => {
        end()
        if (!isLate) fail(error)
      })
    })
  }

  #succeeded (states: readonly LimitState[]): readonly LimitState[] {
    if (this.#health.failed > 0) this.#options.log.info('the store of the rate limits is available again')
    this.#health.end(true)
    return states
  }

  #failed (takes: readonly LimitTake[], err: unknown): MaybePromise<readonly LimitState[]> {
    const { log, onStoreError } = this.#options
    if (this.#health.failed === 0) log.warn({ err, onStoreError }, 'the store of the rate limits failed')
    this.#health.end(false)
    return this.#doWithout(takes, err)
  }

  #doWithout (takes: readonly LimitTake[], cause: unknown): MaybePromise<readonly LimitState[]> {
    const { onStoreError, local } = this.#options
    if (onStoreError === 'closed') throw limitsUnavailable({ cause, headers: { 'retry-after': '1' } })
    return local.take(takes)
  }
}
