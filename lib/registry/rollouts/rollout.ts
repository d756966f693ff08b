import type { DecisionRollout, RolloutConfig, Tier } from '../../../types/index.ts'
import { normalizeRollout, type ResolvedRollout } from '../../config/normalize-rollouts.ts'
import { bucketOf, Places } from '../../routes/bucket.ts'
import { type KeyReader, keyReader, type KeyReads, readsOf } from '../../routes/sticky-key.ts'
import { type RegisteredVersion, timeOf } from '../registered-version.ts'

/** A version that was chosen for a request. */
export interface Candidate {
  readonly tier: Tier
  readonly version: RegisteredVersion
  readonly alias: string | undefined
}

/** A rollout of a revision. */
export class Rollout {
  readonly name: string
  readonly from: RegisteredVersion
  readonly to: RegisteredVersion
  readonly config: ResolvedRollout
  /** Reads the key; `null` if a function of the app returns it. */
  readonly readKey: KeyReader | null
  readonly reads: KeyReads
  readonly #places: Places
  /** Whether the keys that the config lists are moved. */
  readonly #listed: ReadonlyMap<string, boolean>
  readonly #steps: ReadonlyArray<{ readonly at: number, readonly percent: number }>

  constructor (config: RolloutConfig, from: RegisteredVersion, to: RegisteredVersion) {
    this.config = normalizeRollout(config)
    const { name, key, ramp } = this.config
    this.name = name
    this.from = from
    this.to = to
    this.readKey = typeof key === 'function' ? null : keyReader(key)
    this.reads = typeof key === 'function' ? { headers: [], claims: true, address: false, callsApp: true } : readsOf(key)
    this.#places = new Places(name)
    this.#listed = listedKeys(this.config)
    this.#steps = ramp.map(({ at, percent }) => ({ at: timeOf(at), percent }))
  }

  /** The share in force, from 0 to 100. */
  percentAt (now: number): number {
    const { percent, state } = this.config
    if (state === 'rolled-back') return 0
    if (state === 'held') return percent
    return this.#steps.findLast(({ at }) => at <= now)?.percent ?? percent
  }

  /** Whether it concerns a caller. It never concerns one that named the version itself. */
  appliesTo ({ tier, version, alias }: Candidate): boolean {
    const { state, includePinned } = this.config
    if (version !== this.from || state === 'rolled-back') return false
    return tier === 'default' || (tier === 'pin' && (alias !== undefined || includePinned))
  }

  /** Decides whether a caller is moved. A version that is disabled or retired gets no callers. */
  decide (key: string | undefined, now: number, random: () => number): DecisionRollout {
    const { name, to } = this
    const isServed = to.disabled === null && to.stateAt(now) !== 'retired'
    const decided = (isMoved: boolean, bucket: number | null = null): DecisionRollout =>
      Object.freeze({ name, bucket, moved: isServed && isMoved })
    if (key === undefined) return decided(this.config.anonymous === 'random' && random() * 100 < this.percentAt(now))
    const listed = this.#listed.get(key)
    if (listed !== undefined) return decided(listed)
    const bucket = bucketOf(this.#places.of(key))
    return decided(bucket < this.percentAt(now), bucket)
  }
}

/** `include` takes precedence over `exclude`, and that over open rings. */
function listedKeys ({ include, exclude, rings, openRings }: ResolvedRollout): Map<string, boolean> {
  const moved = new Map<string, boolean>()
  for (const { keys } of rings.slice(0, openRings)) for (const key of keys) moved.set(key, true)
  for (const key of exclude) moved.set(key, false)
  for (const key of include) moved.set(key, true)
  return moved
}
