import type { Brownout, Disabled, Timestamp, UpstreamOptions, Version, VersionConfig, VersionLinks, VersionState } from '../../types/index.ts'
import { withDefaults } from '../config/normalize.ts'
import type { ResolvedUpstream } from '../config/normalize-upstream.ts'
import { brownoutDefaults, versionDefaults } from '../config/normalize-versions.ts'

export const dayMs = 86_400_000

/** A brownout. Times are in milliseconds since 1970. */
export interface PlannedBrownout {
  readonly start: number
  readonly end: number
  readonly mode: 'enforce' | 'observe'
  readonly exempt: Brownout['exempt']
}

/** A version in a revision. Its state depends only on the time. */
export class RegisteredVersion<Id extends string = string> {
  readonly id: Id
  readonly config: VersionConfig
  readonly upstream: ResolvedUpstream
  readonly isHidden: boolean
  /** Whether overrides may name it without permission. */
  readonly isOpen: boolean
  readonly disabled: Readonly<Disabled> | null
  readonly deprecatedAt: number | null
  readonly sunsetAt: number | null
  readonly links: Readonly<VersionLinks>
  /** Whether it is enabled and always active, without an end or brownouts. Most versions are. */
  readonly isPlain: boolean
  /** The options of the upstream as written. */
  readonly #upstreamOptions: Readonly<UpstreamOptions>
  readonly #brownouts: readonly PlannedBrownout[]
  readonly #retiresAt: number

  /** @param upstream the object of the previous revision if the options are equal, so that its connections are kept */
  constructor (id: Id, config: VersionConfig, upstream: ResolvedUpstream) {
    this.id = id
    this.config = config
    this.upstream = upstream
    this.#upstreamOptions = typeof config.upstream === 'string' ? Object.freeze({ targets: config.upstream }) : config.upstream
    const { hidden, public: isPublic, disabled, brownouts, retired, enforceSunset } = withDefaults(config, versionDefaults)
    this.isHidden = hidden
    this.isOpen = !hidden && (isPublic || config.state !== 'preview')
    this.disabled = disabledOf(disabled)
    this.deprecatedAt = timeOf(config.deprecatedAt)
    this.sunsetAt = timeOf(config.sunsetAt)
    this.links = Object.freeze({ ...config.links })
    this.#brownouts = brownouts.map(({ start, end, exempt, ...others }) =>
      ({ start: timeOf(start)!, end: timeOf(end)!, exempt, ...withDefaults(others, brownoutDefaults) }))
    this.#retiresAt = retired ? -Infinity : enforceSunset ? this.sunsetAt ?? Infinity : Infinity
    this.isPlain = this.disabled === null && this.#retiresAt === Infinity && this.sunsetAt === null &&
      this.deprecatedAt === null && this.#brownouts.length === 0 && config.state === undefined
    Object.freeze(this)
  }

  /** @param now milliseconds since 1970 */
  stateAt (now: number): VersionState {
    if (this.isPlain) return 'active'
    if (now >= this.#retiresAt) return 'retired'
    if (this.deprecatedAt !== null && now >= this.deprecatedAt) return 'deprecated'
    return this.config.state ?? 'active'
  }

  /** Whether callers can see it: it is neither hidden, nor retired, nor a preview that is not public. */
  isVisibleAt (now: number): boolean {
    return this.isOpen && this.stateAt(now) !== 'retired'
  }

  /** Returns the current brownout. If several overlap, an enforced one takes precedence. */
  brownoutAt (now: number): PlannedBrownout | undefined {
    const current = this.#brownouts.filter(({ start, end }) => start <= now && now < end)
    return current.find(({ mode }) => mode === 'enforce') ?? current[0]
  }

  /** Whether its sunset date has passed, but it is not retired. */
  isOverdueAt (now: number): boolean {
    return this.sunsetAt !== null && now >= this.sunsetAt && this.stateAt(now) !== 'retired'
  }

  /** Describes it for `app.versions`. */
  describe (now: number, successor: Id | null): Version<Id> {
    const { id, disabled, links, config, isHidden } = this
    return Object.freeze({
      id,
      upstream: this.#upstreamOptions,
      state: this.stateAt(now),
      disabled,
      hidden: isHidden,
      visible: this.isVisibleAt(now),
      releasedAt: dateOf(timeOf(config.releasedAt)),
      deprecatedAt: dateOf(this.deprecatedAt),
      sunsetAt: dateOf(this.sunsetAt),
      successor,
      links,
      brownouts: this.#brownouts.map(({ start, end, mode }) => ({ start: new Date(start), end: new Date(end), mode }))
    })
  }
}

function disabledOf (disabled: boolean | Disabled): Readonly<Disabled> | null {
  if (typeof disabled === 'object') return disabled
  return disabled ? Object.freeze({}) : null
}

/** Converts a timestamp to milliseconds since 1970. Returns `NaN` if it is invalid. */
export function timeOf (timestamp: Timestamp): number
export function timeOf (timestamp: Timestamp | undefined): number | null
export function timeOf (timestamp: Timestamp | undefined): number | null {
  return timestamp === undefined ? null : new Date(timestamp).getTime()
}

function dateOf (time: number | null): Date | null {
  return time === null ? null : new Date(time)
}

/** Returns the number of days since 1970, for events that are emitted once a day. */
export function dayOf (time: number): number {
  return Math.floor(time / dayMs)
}
