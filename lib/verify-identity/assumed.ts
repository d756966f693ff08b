import type { Claims } from '../../types/index.ts'
import type { DryRun } from '../stage/dry-run.ts'
import type { Identified } from './identify.ts'
import { Issuers } from './issuers.ts'
import type { Provider } from './provider.ts'

/** Returns the caller that a dry run assumes, as if its claims had been verified. @throws a mistake in the call of `explain()` */
export function assumed (providers: readonly Provider[], dryRun: DryRun, claims: Claims): Identified {
  const { provider: name } = dryRun
  const provider = name === undefined
    ? new Issuers(providers).find(claims.iss) ?? providers[0]
    : providers.find(({ options }) => options.name === name)
  if (provider === undefined) {
    throw dryRun.mistake = new Error(name === undefined ? 'Claims need an identity provider, but none is configured.' : `There is no identity provider '${name}'.`)
  }
  return { identity: Object.freeze({ provider: provider.options.name, claims }), provider, headers: provider.project(claims), failing: [] }
}
