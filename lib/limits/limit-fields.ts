import type { LimitRule, LimitState } from '../../types/limits.ts'

/** A limit that applies to a request, and the state of its counter. */
export interface Applied {
  readonly rule: LimitRule
  readonly state: LimitState
}

const seconds = (milliseconds: number): number => Math.ceil(milliseconds / 1000)

/** The policies of rules, which never change. */
const policies = new WeakMap<LimitRule, string>()

function policyOf (rule: LimitRule): string {
  const known = policies.get(rule)
  if (known !== undefined) return known
  const policy = `"${rule.name}";q=${rule.requests};w=${rule.periodMs / 1000}`
  policies.set(rule, policy)
  return policy
}

/**
 * Returns the fields that describe the limits of a request (draft-ietf-httpapi-ratelimit-headers), the most restrictive one first.
 * Both are lists of structured fields (RFC 9651 3.1).
 */
export function limitFields (applied: readonly Applied[]): { readonly policy: string, readonly state: string } {
  let [policy, state, separator] = ['', '', '']
  for (const { rule, state: { remaining, resetMs } } of byRestriction(applied)) {
    policy += separator + policyOf(rule)
    state += `${separator}"${rule.name}";r=${remaining};t=${seconds(resetMs)}`
    separator = ', '
  }
  return { policy, state }
}

/** `Retry-After` in whole seconds (RFC 9110 10.2.3): the longest wait of the limits that refuse. */
export function retryAfter (applied: readonly Applied[]): string {
  return String(Math.max(1, ...applied.map(({ state }) => seconds(state.retryAfterMs))))
}

/** Refusing limits come first, the longest wait before shorter ones, and then the others by what remains. */
function byRestriction (applied: readonly Applied[]): readonly Applied[] {
  const isSorted = applied.every((each, index) => index === 0 || compare(applied[index - 1]!, each) <= 0)
  return isSorted ? applied : applied.toSorted(compare)
}

function compare ({ state: one }: Applied, { state: other }: Applied): number {
  return other.retryAfterMs - one.retryAfterMs || one.remaining - other.remaining
}
