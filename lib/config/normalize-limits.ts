import type { RateLimit, RateLimitsOptions, RedisStoreOptions } from '../../types/limits.ts'
import { type WithDefaults, withDefaults } from './normalize.ts'

export const limitDefaults = { algorithm: 'token-bucket', by: ['ip'], cost: 1, quotas: {}, shadow: false } as const satisfies Partial<RateLimit>

/** A clock that is never set back. */
const steadyNow = (): number => performance.timeOrigin + performance.now()

export const rateLimitsDefaults = { storeTimeoutMs: 100, onStoreError: 'open', now: steadyNow } as const satisfies Partial<RateLimitsOptions>

/** The braces are a hash tag of Redis clusters. */
export const redisStoreDefaults = { prefix: '{rate-limits}:' } as const satisfies RedisStoreOptions

export type ResolvedLimit = WithDefaults<RateLimit, typeof limitDefaults> & { readonly burst: number, readonly periodMs: number }

/** Whether a limit reads the caller or the version, or is a function that may do so. */
export function needsDecision ({ by = limitDefaults.by, when, cost }: Pick<RateLimit, 'by' | 'cost'> & { when?: RateLimit['when'] | undefined }): boolean {
  if (typeof when === 'function' || typeof cost === 'function') return true
  return (typeof when === 'object' && when.versions !== undefined) || by.some((key) => key === 'version' || key.startsWith('claim:'))
}

const periods = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** @param limit must be valid */
export function normalizeLimit (limit: RateLimit): ResolvedLimit {
  const resolved = withDefaults(limit, limitDefaults)
  return { ...resolved, burst: limit.burst ?? limit.requests, periodMs: periods[limit.per] }
}
