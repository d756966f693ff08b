import type { OverrideOptions, ResolveOptions } from '../../types/index.ts'
import type { ClaimReaders } from '../identity/claim-readers.ts'
import { builtInMark } from '../stage/built-in.ts'

/** Adds the resolvers that read a claim to its readers. */
export function addReaders (readers: ClaimReaders, { override = [], pin = [] }: ResolveOptions): void {
  const overrides = 'resolvers' in override ? (override as OverrideOptions).resolvers : override
  const lists = [
    ['resolve.pin', pin],
    ['resolvers' in override ? 'resolve.override.resolvers' : 'resolve.override', overrides]
  ] as const
  for (const [path, resolvers] of lists) {
    for (const [index, resolver] of resolvers.entries()) {
      const claim = builtInMark(resolver)?.claim
      if (claim !== undefined) readers.add(`${path}[${index}]`, claim)
    }
  }
}
