import type { AcceptedClaims, Claims, ClaimValue } from '../../types/index.ts'
import { claimNames, readClaim } from './claim-path.ts'

/** A claim, and the values that are accepted of it. */
export interface AcceptedClaim {
  readonly names: readonly string[]
  readonly values: readonly ClaimValue[]
}

/** Each config is read once: routes are asked for theirs with every request. */
const known = new WeakMap<AcceptedClaims, readonly AcceptedClaim[]>()

/** The first claim that has none of its accepted values; of a list, one item must have one. */
export function unacceptedClaim (claims: Claims, accepted: AcceptedClaims): AcceptedClaim | undefined {
  let all = known.get(accepted)
  if (all === undefined) known.set(accepted, all = read(accepted))
  return all.find(({ names, values }) =>
    ![readClaim(claims, names)].flat().some((value) => values.includes(value as ClaimValue)))
}

function read (accepted: AcceptedClaims): AcceptedClaim[] {
  const pairs = isList(accepted) ? accepted.map(({ claim, values }) => [claim, values] as const) : Object.entries(accepted)
  return pairs.map(([claim, values]) => ({ names: claimNames(claim), values: [values].flat() as ClaimValue[] }))
}

function isList (accepted: AcceptedClaims): accepted is Extract<AcceptedClaims, readonly unknown[]> {
  return Array.isArray(accepted)
}
