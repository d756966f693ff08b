import type { Rehearsal } from '../stage/step.ts'
import type { Identified } from './identify.ts'
import { Issuers } from './issuers.ts'
import type { Provider } from './provider.ts'

/** Returns the caller that a rehearsal assumes, as if its claims had been verified; `null` without claims. */
export function assumed (providers: readonly Provider[], rehearsal: Rehearsal | null): Identified | null {
  if (rehearsal?.claims === undefined) return null
  const { claims, provider: name } = rehearsal
  const provider = name === undefined
    ? new Issuers(providers).find(claims.iss) ?? providers[0]
    : providers.find(({ options }) => options.name === name)
  if (provider === undefined) throw new Error(name === undefined ? 'There is no identity provider that claims could come from.' : `There is no identity provider '${name}'.`)
  return { identity: Object.freeze({ provider: provider.options.name, claims }), provider, headers: provider.project(claims), failing: [] }
}
