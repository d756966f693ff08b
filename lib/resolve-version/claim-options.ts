import type { ResolvedResolve } from '../config/normalize-gateway.ts'
import type { ClaimReaders } from '../identity/claim-readers.ts'
import { builtInMark } from '../stage/built-in.ts'

/** Adds the resolvers that read a claim to its readers. */
export function addResolverReaders (readers: ClaimReaders, { override, pin }: ResolvedResolve): void {
  for (const { path, resolvers } of [{ path: 'resolve.pin', resolvers: pin }, override]) {
    for (const [index, resolver] of resolvers.entries()) {
      const claim = builtInMark(resolver)?.claim
      if (claim !== undefined) readers.add(`${path}[${index}]`, claim)
    }
  }
}
