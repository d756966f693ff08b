import type { FastifyRequest } from 'fastify'
import type { Explanation, ExplainedRequest, Principal } from './explain.ts'
import type { VersionDecision } from './decision.ts'
import type { VersionEvents } from './events.ts'
import type { UsageEntry, UsageOptions } from './usage.ts'
import type { UpstreamOptions, VersionHealth } from './upstream.ts'

/** A moment: an ISO 8601 date (`2026-12-31`, midnight UTC) or date with time and zone, a `Date`, or milliseconds since 1970. */
export type Moment = string | number | Date

/** Pages that tell more, as absolute URLs. They become `Link` fields of answers (RFC 8288). */
export interface VersionLinks {
  /** What deprecation means for the caller (`rel="deprecation"`, RFC 9745 3). */
  deprecation?: string
  /** What the end of the version means (`rel="sunset"`, RFC 8594 6). */
  sunset?: string
  /** How to move to the successor (`rel="successor-version"`, RFC 5829 3.4). */
  successor?: string
  /** `rel="latest-version"` (RFC 5829 3.2). */
  latest?: string
}

/** A time in which a deprecated version is refused, to find out who still needs it. */
export interface Brownout {
  start: Moment
  end: Moment
  /** `observe` only tells whom it would have met, by the event `brownout`. Default `enforce`. */
  mode?: 'enforce' | 'observe'
  /** Lets a request through. */
  exempt?: (request: FastifyRequest) => boolean
}

/** Why and for how long a version is switched off. */
export interface Disabled<Name extends string = string> {
  /** For the log and for `app.versions.get()`, never for callers. */
  reason?: string
  /** Serves those who did not ask for this version themselves: defaults and pins. Overrides are refused all the same. */
  to?: Name
  /** Seconds that `Retry-After` advises. Default: none is sent. */
  retryAfter?: number
}

/** One version of the API, as it is configured. */
export interface VersionConfig<Name extends string = string> {
  /** The cluster that serves this version: its address (see `targets`), or its options. */
  upstream: string | UpstreamOptions
  /** `preview`: an override may name it only where `override.allow` says so. Pins and the default may. Default: `active`. */
  state?: 'preview'
  /** Whether overrides may name a preview version without `override.allow`. Default false. */
  public?: boolean
  /** Neither listed nor admitted to exist: to those who may not use it, it is unknown. Default false. */
  hidden?: boolean
  /** When it came out. Only told, in `list()` and by `versionDiscovery`. */
  releasedAt?: Moment
  /** Since when it is deprecated, or will be: `Deprecation` (RFC 9745). That alone changes nothing else. */
  deprecatedAt?: Moment
  /** When it ends: `Sunset` (RFC 8594). Not before `deprecatedAt`. */
  sunsetAt?: Moment
  /** Whether it is retired from `sunsetAt` on. Default false: a forgotten date takes nothing down, it is an event. */
  enforceSunset?: boolean
  /** The version (or alias) to use instead. */
  successor?: Name
  links?: VersionLinks
  /** Whether it is retired: refused with 410. Default false. */
  retired?: boolean
  /** What retirement means: 410 `VERSION_RETIRED`, or that the successor serves it. Default `gone`. */
  onRetired?: 'gone' | 'forward'
  /** Rehearsals of the retirement. Not for a version that is the default. */
  brownouts?: readonly Brownout[]
  /** Switched off: 503 `VERSION_DISABLED`. `app.versions.disable()` does it without a config. */
  disabled?: boolean | Disabled<Name>
}

/** Every version by its id: `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`, compared without case. */
export type VersionsConfig<Id extends string = string, Alias extends string = string> = {
  readonly [id in Id]: VersionConfig<NoInfer<Id | Alias>>
}

/** Other names of versions, each with the version id or the alias that it stands for. Circles are refused. */
export type AliasesConfig<Id extends string = string, Alias extends string = string> = {
  readonly [alias in Alias]: NoInfer<Id | Alias>
}

/** A set of versions and their other names. */
export interface VersionSet<Id extends string = string, Alias extends string = string> {
  versions: VersionsConfig<Id, Alias>
  aliases?: AliasesConfig<Id, Alias>
}

/** How the names in requests are matched with versions, and what is kept of their use. */
export interface RegistryOptions {
  /**
   * What ids are. `integer`: `2` and `v2` are the same. `semver`: `2`, `2.0` and `v2.0.0` are. `date`: `YYYY-MM-DD` of the
   * calendar. Names of other forms can still be ids and aliases. Default `string`.
   */
  format?: 'string' | 'integer' | 'semver' | 'date'
  /** With `format: 'date'`: `floor` takes the latest version that is not after the date. Default `exact`. */
  dateMatch?: 'exact' | 'floor'
  /** With `format: 'semver'`: overrides may say `^2.1`, `~2.1`, `2.x`: the highest active or deprecated one. Default false. */
  ranges?: boolean
  usage?: UsageOptions
  /** Who stands in the way of `retire()`. */
  retireGuard?: RetireGuard
  /** The clock of the life cycle and of usage: milliseconds since 1970. Default `Date.now`. */
  now?: () => number
}

/** Who stands in the way of `retire()`: callers that were seen lately. */
export interface RetireGuard {
  /** Days without use. Default 30. */
  idleDays?: number
  /** Tiers whose callers do not count. Default none. */
  allowTiers?: readonly VersionDecision['tier'][]
}

/** Where in its life a version is. */
export type VersionState = 'preview' | 'active' | 'deprecated' | 'retired'

/** One version, as the registry knows it. */
export interface Version<Id extends string = string> {
  /** The id in the spelling of the config. */
  readonly id: Id
  /** The cluster that serves it. */
  readonly upstream: Readonly<UpstreamOptions>
  /** Where in its life it is now. */
  readonly state: VersionState
  /** Why it is switched off, when it is. */
  readonly disabled: Readonly<Disabled> | null
  readonly hidden: boolean
  /** Whether callers are told of it: not hidden, and neither a preview that is not public nor retired. */
  readonly visible: boolean
  readonly releasedAt: Date | null
  readonly deprecatedAt: Date | null
  /** When it ends, or ended. */
  readonly sunsetAt: Date | null
  /** Id of the version to use instead. */
  readonly successor: Id | null
  readonly links: Readonly<VersionLinks>
  readonly brownouts: ReadonlyArray<{ readonly start: Date, readonly end: Date, readonly mode: 'enforce' | 'observe' }>
}

/** The live registry: a numbered, immutable set of versions, and the ways to replace it. `app.versions` takes any text as an id. */
export interface VersionRegistry<Id extends string = string, Alias extends string = string> {
  /** Number of the current set, starting with 1 and never repeated. A decision names the revision that it was made against. */
  readonly revision: number
  /** What happens to versions: `events.on('updated', ...)`. A listener that throws is logged and disturbs nothing. */
  readonly events: VersionEvents
  /** Every version, in the order of the config. */
  list (): ReadonlyArray<Version<Id>>
  /** The version that an id or an alias names, in any case of letters; `undefined` when there is none. */
  get (name: string): Version<Id> | undefined
  /** Every alias with the version that it ends at. */
  aliases (): ReadonlyMap<Alias, Id>
  /**
   * Id of the version that serves callers who name none; `null` when they must name one, when it depends on the request,
   * and before a gateway has this registry.
   */
  defaultId (): Id | null
  /** What is known of the targets of every version, in the order of the config. Empty until requests can be forwarded. */
  health (): ReadonlyArray<VersionHealth<Id>>

  /**
   * Replaces the whole set. Everything is checked first; a request keeps the set that it was decided against.
   * Versions that `disable()` switched off stay so.
   *
   * @returns the new revision
   * @throws `VERSION_CONFIG_INVALID` with every problem; nothing has changed then
   */
  update (next: VersionSet<string, string>): number
  /** Goes back to an earlier set, of which the last 10 are kept. @param steps default 1 @throws `VERSION_CONFIG_INVALID` */
  rollback (steps?: number): number
  /** Points an alias at a version: how `latest` moves. @throws `VERSION_CONFIG_INVALID` */
  promote (alias: Alias | (string & {}), id: Id | Alias): number
  /** Switches a version off. @throws `VERSION_CONFIG_INVALID` */
  disable (id: Id | Alias, options?: Disabled<Id | Alias>): number
  /** Switches it on again. @throws `VERSION_CONFIG_INVALID` */
  enable (id: Id | Alias): number
  /**
   * Retires a version.
   *
   * @param options.force although callers were seen within `retireGuard`
   * @throws `VERSION_IN_USE` with `consumers`; `VERSION_CONFIG_INVALID`
   */
  retire (id: Id | Alias, options?: { force?: boolean, reason?: string }): number

  /** Who used a version since this process started, the latest first. */
  usage (name: string): readonly UsageEntry[]
  /**
   * What the gateway would do with a request, and why, without sending anything: by the code that serves requests.
   * Ready with the app.
   */
  explain (request?: ExplainedRequest): Promise<Explanation<Id>>
  /**
   * The version of a caller outside of a request, such as for a webhook or a job: pins, then the default.
   *
   * @throws the refusal, with its `code`, that a request of this caller would be answered with
   */
  resolveFor (principal: Principal): Promise<VersionDecision<Id>>
}
