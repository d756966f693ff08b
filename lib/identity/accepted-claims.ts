import type { AcceptedClaims, Claims, ClaimValue } from '../../types/index.ts'
import { claimNames, readClaim } from './claim-path.ts'

/** A claim and its accepted values. */
export interface AcceptedClaim {
  readonly names: readonly string[]
  readonly values: readonly ClaimValue[]
}

/** Parsed configs. A route's config is needed for every request, but parsed only once. */
const known = new WeakMap<AcceptedClaims, readonly AcceptedClaim[]>()

/** Returns the first claim without an accepted value. If the claim is a list, one accepted item suffices. */
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
