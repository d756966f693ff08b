import type { UpstreamOptions, VersionHealth } from './upstream.ts'

/** One version of the API, as it is configured. */
export interface VersionConfig {
  /** The cluster that serves this version: its address (see `targets`), or its options. */
  upstream: string | UpstreamOptions
}

/** Every version by its id: `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`, compared without case. */
export type VersionsConfig<Id extends string = string> = { readonly [id in Id]: VersionConfig }

/** Other names of versions, each with the version id or the alias that it stands for. Circles are refused. */
export type AliasesConfig<Id extends string = string, Alias extends string = string> = {
  readonly [alias in Alias]: NoInfer<Id | Alias>
}

/** One version, as the registry knows it. */
export interface Version<Id extends string = string> {
  /** The id in the spelling of the config. */
  readonly id: Id
  /** The cluster that serves it. */
  readonly upstream: Readonly<UpstreamOptions>
}

/** The immutable, numbered set of versions and aliases that requests are decided against. */
export interface VersionRegistry<Id extends string = string, Alias extends string = string> {
  /** Number of this set, starting with 1. A decision names the revision that it was made against. */
  readonly revision: number
  /** Every version, in the order of the config. */
  list (): ReadonlyArray<Version<Id>>
  /** The version that an id or an alias names, in any case of letters; `undefined` when there is none. */
  get (name: string): Version<Id> | undefined
  /** Every alias with the version that it ends at. */
  aliases (): ReadonlyMap<Alias, Id>
  /** What is known of the targets of every version, in the order of the config. Empty until requests can be forwarded. */
  health (): ReadonlyArray<VersionHealth<Id>>
}
