import type { FastifyRequest } from 'fastify'
import type { VersionDecision } from './decision.ts'
import type { Timestamp, VersionState } from './terms.ts'
import type { TrafficConfig } from './traffic.ts'
import type { UsageOptions } from './usage.ts'
import type { UpstreamOptions } from './upstream.ts'

/** Pages with more information, as absolute URLs. They are sent as `Link` fields of responses (RFC 8288). */
export interface VersionLinks {
  /** About the deprecation (`rel="deprecation"`, RFC 9745 3). */
  deprecation?: string
  /** About the end of the version (`rel="sunset"`, RFC 8594 6). */
  sunset?: string
  /** How to migrate to the successor (`rel="successor-version"`, RFC 5829 3.4). */
  successor?: string
  /** The latest version (`rel="latest-version"`, RFC 5829 3.2). */
  latest?: string
}

/** A period in which a deprecated version is refused, to find callers that still need it. */
export interface Brownout {
  start: Timestamp
  end: Timestamp
  /** `observe` refuses nothing, and only emits the event `brownout`. Default `enforce`. */
  mode?: 'enforce' | 'observe'
  /** Exempts a request if it returns `true`. Default none. */
  exempt?: (request: FastifyRequest) => boolean
}

/** Details of a version that is disabled. */
export interface Disabled<Name extends string = string> {
  /** Reason for the log and for `app.versions.get()`. Callers never see it. */
  reason?: string
  /** Version that serves defaults and pins instead. Overrides that name the disabled version are still refused. */
  to?: Name
  /** Value of `Retry-After` in seconds. Default: the header is not sent. */
  retryAfter?: number
}

/** The config of one version of the API. */
export interface VersionConfig<Name extends string = string> {
  /** The cluster that serves this version: its address (see `targets`), or its options. */
  upstream: string | UpstreamOptions
  /** `preview`: overrides may name the version only if `override.allow` permits it; pins and the default may. Default: `active`. */
  state?: 'preview'
  /** Whether overrides may name a preview version without `override.allow`. Default false. */
  public?: boolean
  /** Whether the version is concealed: it is not listed, and unknown to callers that may not use it. Default false. */
  hidden?: boolean
  /** Release date. Only informative, in `list()` and `versionDiscovery`. */
  releasedAt?: Timestamp
  /** Past or future date of deprecation: `Deprecation` (RFC 9745). It does not affect how requests are served. */
  deprecatedAt?: Timestamp
  /** Date of the end: `Sunset` (RFC 8594). Not before `deprecatedAt`. */
  sunsetAt?: Timestamp
  /** Whether the version is retired at `sunsetAt`. Default false: a forgotten date causes no outage, only an event. */
  enforceSunset?: boolean
  /** The version (or alias) to use instead. */
  successor?: Name
  links?: VersionLinks
  /** Whether the version is retired: requests get 410. Default false. */
  retired?: boolean
  /** After retirement: `gone` responds 410 `VERSION_RETIRED`, `forward` lets the successor serve requests. Default `gone`. */
  onRetired?: 'gone' | 'forward'
  /** Short outages that announce the retirement. Not allowed for the default version. Default none. */
  brownouts?: readonly Brownout[]
  /** Whether the version is disabled: 503 `VERSION_DISABLED`. `app.versions.disable()` does the same at run time. Default false. */
  disabled?: boolean | Disabled<Name>
}

/** Every version by its id: `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`, compared without case. */
export type VersionsConfig<Id extends string = string, Alias extends string = string> = {
  readonly [id in Id]: VersionConfig<NoInfer<Id | Alias>>
}

/** Other names of versions, each with the version id or the alias for which it stands. Cycles are refused. */
export type AliasesConfig<Id extends string = string, Alias extends string = string> = {
  readonly [alias in Alias]: NoInfer<Id | Alias>
}

/** A set of versions, their aliases, and their traffic. */
export interface VersionSet<Id extends string = string, Alias extends string = string> extends TrafficConfig<NoInfer<Id | Alias>> {
  versions: VersionsConfig<Id, Alias>
  aliases?: AliasesConfig<Id, Alias>
}

/** How names in requests are matched to versions, and how usage is recorded. */
export interface RegistryOptions {
  /**
   * Format of ids. `integer`: `2` and `v2` are the same. `semver`: `2`, `2.0` and `v2.0.0` are the same. `date`: a calendar
   * date `YYYY-MM-DD`. Ids and aliases may still have other forms. Default `string`.
   */
  format?: 'string' | 'integer' | 'semver' | 'date'
  /** With `format: 'date'`: `floor` selects the latest version on or before the date. Default `exact`. */
  dateMatch?: 'exact' | 'floor'
  /** With `format: 'semver'`: overrides may use `^2.1`, `~2.1`, `2.x` for the highest active or deprecated match. Default false. */
  ranges?: boolean
  usage?: UsageOptions
  /** When `retire()` is refused. */
  retireGuard?: RetireGuard
  /** The clock of the life cycle, of rollouts and of usage: milliseconds since 1970. Default `Date.now`. */
  now?: () => number
  /** Draws versions by weight, for callers without a key: a number from 0 to 1 (exclusive). Default `Math.random`. */
  random?: () => number
}

/** When `retire()` is refused, because a version still has callers. */
export interface RetireGuard {
  /** Days without use that are required. Default 30. */
  idleDays?: number
  /** Tiers whose callers are ignored. Default none. */
  allowTiers?: readonly VersionDecision['tier'][]
}

/** A version in the registry. */
export interface Version<Id extends string = string> {
  /** The id in the spelling of the config. */
  readonly id: Id
  /** The cluster that serves the version. */
  readonly upstream: Readonly<UpstreamOptions>
  /** Current life-cycle state. */
  readonly state: VersionState
  /** Details if the version is disabled; otherwise `null`. */
  readonly disabled: Readonly<Disabled> | null
  readonly hidden: boolean
  /** Whether callers can see the version: it is neither hidden, nor retired, nor a preview that is not public. */
  readonly visible: boolean
  readonly releasedAt: Date | null
  readonly deprecatedAt: Date | null
  /** Past or future end. */
  readonly sunsetAt: Date | null
  /** Id of the version to use instead. */
  readonly successor: Id | null
  readonly links: Readonly<VersionLinks>
  readonly brownouts: ReadonlyArray<{ readonly start: Date, readonly end: Date, readonly mode: 'enforce' | 'observe' }>
}
