import type { Claims } from '../../types/index.ts'
import type { DryRun } from '../stage/dry-run.ts'
import type { CallerSource, Identified } from './caller-source.ts'

/** Returns the caller that a dry run assumes, as if its claims had been verified. @throws a mistake in the call of `explain()` */
export function assumeIdentity (source: CallerSource, dryRun: DryRun, claims: Claims): Identified {
  const { provider: name } = dryRun
  const authority = source.authorityOf(claims, name)
  if (authority === undefined) {
    throw dryRun.mistake = new Error(name === undefined ? 'Claims need an identity provider, but none is configured.' : `There is no identity provider '${name}'.`)
  }
  const identity = Object.freeze({ provider: authority.name, claims })
  return { identity, authority, headers: authority.project(claims), failing: [], token: null }
}
