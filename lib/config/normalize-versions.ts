import type { Brownout, RegistryOptions, RetireGuard, UsageOptions, VersionConfig, VersionSet } from '../../types/index.ts'
import { type WithDefaults, withDefaults } from './normalize.ts'

export const versionDefaults = {
  public: false, hidden: false, enforceSunset: false, retired: false, onRetired: 'gone', disabled: false, brownouts: []
} as const satisfies Partial<VersionConfig>

export const brownoutDefaults = { mode: 'enforce' } as const satisfies Partial<Brownout>

export const registryDefaults = { format: 'string', dateMatch: 'exact', ranges: false, now: Date.now, random: Math.random } as const satisfies RegistryOptions

export const usageDefaults = { max: 50_000, flushMs: 60_000 }

export const retireGuardDefaults = { idleDays: 30, allowTiers: [] } as const satisfies RetireGuard

export type ResolvedUsage = WithDefaults<UsageOptions, typeof usageDefaults>

/** The options of a registry, with all defaults. */
export interface ResolvedRegistry extends Required<Omit<RegistryOptions, 'usage' | 'retireGuard'>> {
  readonly usage: ResolvedUsage
  readonly retireGuard: Required<RetireGuard>
}

/** @param options must be valid */
export function normalizeRegistry ({ usage = {}, retireGuard = {}, ...others }: RegistryOptions): ResolvedRegistry {
  return {
    ...withDefaults(others, registryDefaults),
    usage: withDefaults(usage, usageDefaults),
    retireGuard: withDefaults(retireGuard, retireGuardDefaults)
  }
}

const setMembers = ['versions', 'aliases', 'routes', 'rollouts', 'mirrors', 'coverage'] as const satisfies ReadonlyArray<keyof VersionSet>

/** Splits options into the set of versions and the other options. Members that are not set are left out. */
export function splitSet<Options extends object> (options: Options): [set: VersionSet, others: Omit<Options, keyof VersionSet>] {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  const isOfSet = ([name]: [string, unknown]): boolean => (setMembers as readonly string[]).includes(name)
  const others = Object.fromEntries(entries.filter((entry) => !isOfSet(entry))) as Omit<Options, keyof VersionSet>
  return [Object.fromEntries(entries.filter(isOfSet)) as unknown as VersionSet, others]
}
