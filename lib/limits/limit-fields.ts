import type { LimitRule, LimitState } from '../../types/limits.ts'

/** A limit that applies to a request, and the state of its counter. */
export interface Applied {
  readonly rule: LimitRule
  readonly state: LimitState
}

const seconds = (milliseconds: number): number => Math.ceil(milliseconds / 1000)

/**
 * Returns the fields that describe the limits of a request (draft-ietf-httpapi-ratelimit-headers), the most restrictive one first.
 * Both are lists of structured fields (RFC 9651 3.1).
 */
export function limitFields (applied: readonly Applied[]): { readonly policy: string, readonly state: string } {
  const sorted = applied.length === 1 ? applied : applied.toSorted(byRestriction)
  return {
    policy: sorted.map(({ rule: { name, requests, periodMs } }) => `"${name}";q=${requests};w=${periodMs / 1000}`).join(', '),
    state: sorted.map(({ rule: { name }, state }) => `"${name}";r=${state.remaining};t=${seconds(state.resetMs)}`).join(', ')
  }
}

/** `Retry-After` in whole seconds (RFC 9110 10.2.3): the longest wait of the limits that refuse. */
export function retryAfter (applied: readonly Applied[]): string {
  return String(Math.max(1, ...applied.map(({ state }) => seconds(state.retryAfterMs))))
}

/** Refusing limits come first, the longest wait before shorter ones, and then the others by what remains. */
function byRestriction ({ state: one }: Applied, { state: other }: Applied): number {
  return other.retryAfterMs - one.retryAfterMs || one.remaining - other.remaining
}
