import type { Brownout, RegistryOptions, RetireGuard, UsageOptions, VersionConfig } from '../../types/index.ts'
import { type WithDefaults, withDefaults } from './normalize.ts'

export const versionDefaults = {
  public: false, hidden: false, enforceSunset: false, retired: false, onRetired: 'gone', disabled: false, brownouts: []
} as const satisfies Partial<VersionConfig>

export const brownoutDefaults = { mode: 'enforce' } as const satisfies Partial<Brownout>

export const registryDefaults = { format: 'string', dateMatch: 'exact', ranges: false, now: Date.now } as const satisfies RegistryOptions

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
