import type { RolloutConfig, RolloutGuard } from '../../types/index.ts'
import { withDefaults } from './normalize.ts'

export const rolloutDefaults = {
  percent: 0, include: [], exclude: [], rings: [], openRings: 0, ramp: [], anonymous: 'stay', includePinned: false, state: 'running'
} as const satisfies Partial<RolloutConfig>

export const rolloutGuardDefaults = {
  windowMs: 60_000, minRequests: 200, maxErrorRate: 0.05, maxDelta: 0.02, action: 'rollback'
} as const satisfies RolloutGuard

export type ResolvedRollout = ReturnType<typeof normalizeRollout>

/** @param config must be valid */
export function normalizeRollout ({ guard, ...config }: RolloutConfig) {
  return { ...withDefaults(config, rolloutDefaults), guard: guard === undefined ? null : withDefaults(guard, rolloutGuardDefaults) }
}
