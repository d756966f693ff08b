import { LRUCache } from 'lru-cache'
import type { Algorithm, IdentityProvider, WantedKey } from '../../../types/index.ts'
import type { ResolvedSuppliedJwks } from '../../config/normalize-identity.ts'
import { keysUnavailable } from '../../errors.ts'
import { exactIssuers, issuersOf } from '../../identity/issuers.ts'
import type { VerificationKey } from '../../identity/verification-key.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { KeyLookup } from './key-lookup.ts'
import { fittingKeys, type KeyHint, type KeySource, type KeyStatus } from './key-source.ts'
import { type LookupBudget, LookupBudgets } from './lookup-budget.ts'
import { PreparedKeys } from './prepared-keys.ts'
import { firstRetryMs, type RemoteKeysDependencies } from './remote-keys.ts'
import { SkippedLookups } from './skipped-lookups.ts'
import { UnknownKeys } from './unknown-keys.ts'

/** Maximum number of keys in use. A token whose key was dropped causes another lookup. */
const maxKnown = 100

/** Why a key is missing after too many other lookups. */
const notLookedUp = 'the key was not looked up, because too many others of its issuer do not exist'

/** A provider whose keys are looked up by the app. */
export interface LookupUser extends Pick<IdentityProvider, 'name' | 'issuer'> {
  readonly jwks: ResolvedSuppliedJwks
}

interface KnownKey {
  readonly wanted: WantedKey
  readonly keys: PreparedKeys
  readonly loadedAt: number
}

/** Keys that the app looks up one by one. They are renewed in the background, and stay in use while lookups fail. */
export class SuppliedKeys implements KeySource {
  readonly #lookup: KeyLookup
  readonly #known: LRUCache<string, KnownKey>
  readonly #unknown: UnknownKeys
  readonly #budgets = new LookupBudgets()
  readonly #skipped: SkippedLookups
  readonly #inFlight = new Map<string, Promise<void>>()
  readonly #log: RemoteKeysDependencies['log']
  readonly #now: () => number
  readonly #today: () => number
  /** Names of the providers, for the log. */
  #provider = ''
  #refreshMs = 0
  #retryMs = 0
  #staleMs = 0
  #lastError: string | null = null
  #lastLoad: number | null = null
  readonly #fetches = { succeeded: 0, failed: 0 }
  #timer: NodeJS.Timeout | undefined

  constructor (user: LookupUser, { log, now = performance.now.bind(performance), today = Date.now }: RemoteKeysDependencies) {
    this.#lookup = new KeyLookup(user.jwks.getKey)
    // A cached token stays valid only as long as its key is renewed.
    this.#known = new LRUCache({ max: maxKnown, dispose: ({ keys }, _id, reason) => { if (reason === 'evict') keys.retire() } })
    this.#unknown = new UnknownKeys(now)
    this.#skipped = new SkippedLookups(log)
    this.#log = log
    this.#now = now
    this.#today = today
    this.serve([user])
  }

  /** Applies the strictest times of all providers that use the keys, and the largest timeout. */
  serve (users: readonly LookupUser[]): void {
    const all = (name: 'timeoutMs' | 'refreshSeconds' | 'cooldownSeconds' | 'staleIfErrorSeconds'): number[] => users.map(({ jwks }) => jwks[name])
    const cooldownMs = Math.max(...all('cooldownSeconds')) * 1000
    this.#provider = [...new Set(users.map(({ name }) => name))].join(', ')
    this.#lookup.timeoutMs = Math.max(...all('timeoutMs'))
    this.#unknown.cooldownMs = cooldownMs
    this.#budgets.listed = new Set(users.flatMap(({ issuer }) => issuersOf(issuer)).flatMap((issuer) => exactIssuers(issuer) ?? []))
    this.#refreshMs = Math.min(...all('refreshSeconds')) * 1000
    this.#staleMs = Math.min(...all('staleIfErrorSeconds')) * 1000
    this.#retryMs = Math.min(Math.max(cooldownMs, firstRetryMs), this.#refreshMs)
    if (this.#timer !== undefined) this.#schedule()
  }

  find (hint: KeyHint, issuer: string): MaybePromise<readonly VerificationKey[]> {
    const { alg, kid = '' } = hint
    const id = JSON.stringify([issuer, alg, kid])
    const known = this.#knownKey(id)
    if (known !== undefined) return fittingKeys(known.keys.usable, hint)
    const budget = this.#budgets.of(issuer)
    const isFirst = !this.#inFlight.has(id)
    if (isFirst) {
      if (!this.#mayLookUp(id, budget)) return this.#without(id, issuer, budget)
      // Many tenants may come at once after a start. Their keys exist, so they do not count in the end.
      if (budget.isBusy) return budget.next().then(() => this.find(hint, issuer))
      budget.begin()
    }
    // The algorithm is among those of the provider.
    return this.#load(id, { issuer, alg: alg as Algorithm, kid }).then(() => {
      const found = this.#knownKey(id)
      if (isFirst) budget.end(found !== undefined)
      return found === undefined ? this.#without(id, issuer, budget) : fittingKeys(found.keys.usable, hint)
    })
  }

  /** Renews the keys that would be too old after another interval. It never rejects: the status has the error. */
  async renew (): Promise<void> {
    const due = [...this.#known.entries()].filter(([id, { loadedAt }]) =>
      this.#knownKey(id) !== undefined && this.#now() - loadedAt >= this.#refreshMs - this.#retryMs)
    await Promise.all(due.map(async ([id, { wanted }]) => await this.#load(id, wanted)))
  }

  status (): KeyStatus {
    const all = [...this.#known.values()].flatMap(({ keys }) => keys.usable)
    const usable = [...new Map(all.map((key) => [key.material, key])).values()]
    return {
      keys: usable.map(({ kid, algorithms }) => ({ kid, algorithms })),
      lastRefresh: this.#lastLoad === null ? null : new Date(this.#today() - (this.#now() - this.#lastLoad)),
      lastError: this.#lastError,
      onDemand: true,
      fetches: { ...this.#fetches }
    }
  }

  /** Aborts lookups in flight. */
  async close (): Promise<void> {
    clearInterval(this.#timer)
    this.#lookup.close()
  }

  /** Returns a key in use, unless it could not be renewed for too long. */
  #knownKey (id: string): KnownKey | undefined {
    const known = this.#known.get(id)
    if (known === undefined || this.#now() - known.loadedAt < this.#refreshMs + this.#staleMs) return known
    known.keys.retire()
    this.#known.delete(id)
    return undefined
  }

  #mayLookUp (id: string, budget: LookupBudget): boolean {
    const now = this.#now()
    return !budget.isSpentAt(now, this.#unknown.cooldownMs) && now >= (this.#unknown.get(id)?.until ?? -Infinity)
  }

  /** Returns no keys. @throws `KEYS_UNAVAILABLE` if the key may exist, because its lookup failed or has not run */
  #without (id: string, issuer: string, budget: LookupBudget): readonly VerificationKey[] {
    const unknown = this.#unknown.get(id)
    if (unknown?.error === null) return []
    const now = this.#now()
    if (unknown === undefined) this.#skipped.add({ provider: this.#provider, issuer }, now, this.#unknown.cooldownMs)
    const { error, until } = unknown ?? { error: this.#lastError ?? notLookedUp, until: 0 }
    const wait = Math.max(1, Math.ceil((Math.max(until, budget.spentUntil) - now) / 1000))
    throw keysUnavailable({ cause: new Error(error!), headers: { 'retry-after': String(wait) }, isReported: true })
  }

  /** Looks a key up, unless this is already in progress. It never rejects: the status has the error. */
  async #load (id: string, wanted: WantedKey): Promise<void> {
    let loading = this.#inFlight.get(id)
    if (loading === undefined) {
      loading = this.#loadOnce(id, wanted).finally(() => this.#inFlight.delete(id))
      this.#inFlight.set(id, loading)
    }
    await loading
  }

  async #loadOnce (id: string, wanted: WantedKey): Promise<void> {
    const before = this.#known.get(id)
    try {
      const jwk = await this.#lookup.get(wanted)
      this.#fetches.succeeded++
      this.#lastError = null
      this.#take(id, wanted, PreparedKeys.of(jwk === null ? [] : [jwk], before?.keys ?? null, this.#log, this.#provider))
    } catch (error) {
      this.#fetches.failed++
      this.#lastError = (error as Error).message
      if (before === undefined) this.#unknown.addFailed(id, this.#lastError)
      if (!this.#lookup.isClosed) this.#log.error({ err: error, provider: this.#provider }, 'fetching the keys of the provider failed')
    }
  }

  /** Replaces a key. One that no longer exists is no longer valid, and neither are cached tokens that it verified. */
  #take (id: string, wanted: WantedKey, keys: PreparedKeys): void {
    const before = this.#known.get(id)
    before?.keys.retire(keys)
    this.#lastLoad = this.#now()
    const { alg, kid } = wanted
    if (fittingKeys(keys.usable, { alg, kid: kid === '' ? undefined : kid }).length === 0) {
      this.#known.delete(id)
      this.#unknown.addAbsent(id)
      return
    }
    if (before === undefined) {
      this.#unknown.delete(id)
      this.#budgets.admit(wanted.issuer)
    }
    this.#known.set(id, { wanted, keys, loadedAt: this.#now() })
    if (this.#timer === undefined) this.#schedule()
  }

  /** Checks the keys in use at short intervals, so that a failed lookup is repeated soon. */
  #schedule (): void {
    clearInterval(this.#timer)
    if (!this.#lookup.isClosed) this.#timer = setInterval(() => { this.renew().catch(() => {}) }, this.#retryMs).unref()
  }
}
