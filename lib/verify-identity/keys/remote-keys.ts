import type { FastifyBaseLogger } from 'fastify'
import { keysUnavailable } from '../../errors.ts'
import type { VerificationKey } from '../../identity/verification-key.ts'
import { chain, type MaybePromise } from '../../shared/maybe-promise.ts'
import { JwksClient, type User } from './jwks-client.ts'
import { KeyFetchError } from './key-fetch-error.ts'
import { fittingKeys, type KeyHint, type KeySource, type KeyStatus } from './key-source.ts'
import { PreparedKeys } from './prepared-keys.ts'

/** Delay after the first failed fetch, in milliseconds. It doubles with each further failure. */
export const firstRetryMs = 1_000

export interface RemoteKeysDependencies {
  log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>
  /** A monotonic clock, in milliseconds. Intervals must not depend on the time of day, which may be set back. */
  now?: () => number
  /** The time of day, in milliseconds since 1970. */
  today?: () => number
}

/** Fetches the keys of providers, renews them in the background, and keeps using them while their source is down. */
export class RemoteKeys implements KeySource {
  readonly #client: JwksClient
  /** Names of the providers, for the log. */
  #provider = ''
  #refreshMs = 0
  #cooldownMs = 0
  #staleMs = 0
  readonly #log: RemoteKeysDependencies['log']
  readonly #now: () => number
  readonly #today: () => number
  #keys: PreparedKeys | null = null
  #loadedAt = -Infinity
  /** Time of the last fetch that failed, or that a token caused while there were keys. Background fetches cause no cooldown. */
  #refetchedAt = -Infinity
  #lastError: string | null = null
  #failures = 0
  readonly #fetches = { succeeded: 0, failed: 0 }
  #nextAt = 0
  /** No token causes a fetch before this time (`Retry-After`). */
  #notBefore = 0
  #fetching: Promise<void> | null = null
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  /** @param before the provider's keys until now, if they are fetched from the same address in another way */
  constructor (
    user: User, { log, now = performance.now.bind(performance), today = Date.now }: RemoteKeysDependencies, before: RemoteKeys | null = null
  ) {
    this.#client = new JwksClient(user)
    this.#log = log
    this.#now = now
    this.#today = today
    if (before !== null) this.#inherit(before)
    this.serve([user])
  }

  /** The issuer may be down. Its keys are copied, because each set tracks on its own which keys are still published. */
  #inherit (before: RemoteKeys): void {
    this.#keys = before.#keys === null ? null : before.#keys.copy()
    this.#loadedAt = before.#loadedAt
  }

  /** Takes the strictest times of all providers that use the keys, and the loosest limits of a fetch. */
  serve (users: readonly User[]): void {
    const strictest = (choose: (...seconds: number[]) => number, name: 'refreshSeconds' | 'cooldownSeconds' | 'staleIfErrorSeconds'): number =>
      choose(...users.map(({ jwks }) => jwks[name])) * 1000
    const refreshMs = strictest(Math.min, 'refreshSeconds')
    const isEarlier = refreshMs < this.#refreshMs
    this.#provider = [...new Set(users.map(({ name }) => name))].join(', ')
    this.#refreshMs = refreshMs
    this.#cooldownMs = strictest(Math.max, 'cooldownSeconds')
    this.#staleMs = strictest(Math.min, 'staleIfErrorSeconds')
    if (isEarlier && this.#timer !== undefined) this.#schedule()
    this.#client.serve(users)
  }

  find (hint: KeyHint): MaybePromise<readonly VerificationKey[]> {
    this.#expire()
    const found = this.#keys === null ? [] : fittingKeys(this.#keys.usable, hint)
    // An unknown key may be new, so the set is fetched again. The cooldown prevents forged tokens from flooding the issuer.
    if (found.length > 0 || (this.#fetching === null && this.#isCoolingDown)) return this.#given(found)
    if (this.#keys !== null) {
      // A set in flight may be older than the key.
      if (this.#fetching !== null) return this.#fetching.then(() => this.find(hint))
      this.#refetchedAt = this.#now()
    }
    return chain(this.refresh(), () => this.#given(this.#keys === null ? [] : fittingKeys(this.#keys.usable, hint)))
  }

  /** Fetches the set, one fetch at a time. It never rejects: the status has the error. */
  async refresh (): Promise<void> {
    this.#fetching ??= this.#load().finally(() => { this.#fetching = null })
    await this.#fetching
  }

  /** Whether the keys are being fetched, or will be at a set time. */
  get isRenewed (): boolean {
    return this.#timer !== undefined || this.#fetching !== null
  }

  status (): KeyStatus {
    return {
      keys: (this.#keys?.usable ?? []).map(({ kid, algorithms }) => ({ kid, algorithms })),
      lastRefresh: this.#keys === null ? null : new Date(this.#today() - (this.#now() - this.#loadedAt)),
      lastError: this.#lastError,
      fetches: { ...this.#fetches }
    }
  }

  /** Aborts a fetch in flight. */
  async close (): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#client.close()
  }

  get #isCoolingDown (): boolean {
    return this.#now() - this.#refetchedAt < this.#cooldownMs || this.#now() < this.#notBefore
  }

  #given (found: readonly VerificationKey[]): readonly VerificationKey[] {
    if (this.#keys !== null) return found
    const wait = Math.max(1, Math.ceil((this.#nextAt - this.#now()) / 1000))
    throw keysUnavailable({ cause: new Error(this.#lastError!), headers: { 'retry-after': String(wait) }, isReported: true })
  }

  async #load (): Promise<void> {
    try {
      const { url, keys } = await this.#client.fetch()
      this.#take(keys, url)
      this.#fetches.succeeded++
    } catch (error) {
      this.#refetchedAt = this.#now()
      this.#notBefore = error instanceof KeyFetchError ? this.#now() + error.retryAfterMs : 0
      this.#lastError = (error as Error).message
      this.#failures++
      this.#fetches.failed++
      if (!this.#isClosed) this.#log.error({ err: error, provider: this.#provider }, 'fetching the keys of the provider failed')
    }
    this.#schedule()
  }

  /** Replaces the set. @throws when the new one has no usable key: a half-written or empty set must not replace a good one */
  #take (jwks: readonly unknown[], url: URL): void {
    const keys = PreparedKeys.of(jwks, this.#keys, this.#log, this.#provider)
    if (keys.usable.length === 0) throw new KeyFetchError(url, 'has no key that can verify a token', 'The log has the reason for each key.')
    this.#keys?.retire(keys)
    this.#keys = keys
    this.#loadedAt = this.#now()
    this.#lastError = null
    this.#failures = 0
  }

  /** Drops keys that could not be renewed for too long, and invalidates cached tokens that they verified. */
  #expire (): void {
    if (this.#keys === null || this.#now() - this.#loadedAt < this.#refreshMs + this.#staleMs) return
    this.#keys.retire()
    this.#keys = null
    this.#refetchedAt = -Infinity
  }

  /** Schedules the next fetch: sooner after a failure, and soonest without keys. */
  #schedule (): void {
    clearTimeout(this.#timer)
    if (this.#isClosed) return
    const latest = Math.min(Math.max(this.#cooldownMs, firstRetryMs), this.#refreshMs)
    const soonest = this.#keys === null ? firstRetryMs * 2 ** Math.min(this.#failures - 1, 10) : latest
    const delay = this.#failures === 0 ? this.#refreshMs : Math.max(Math.min(soonest, latest), this.#notBefore - this.#now())
    this.#nextAt = this.#now() + delay
    this.#timer = setTimeout(() => {
      this.#expire()
      this.refresh().catch(() => {})
    }, delay).unref()
  }
}
