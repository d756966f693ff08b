import type { VersionResolver } from '../../types/index.ts'
import { type Refusal, versionUnknown } from '../errors.ts'
import type { Revision } from '../registry/revision.ts'

/** The refusal of a name that is no version, or of one that the caller must not know of. */
export function unknown ({ name: source, unknownStatus }: VersionResolver, requested: string, revision: Revision, now: number): Refusal {
  const supported = revision.visibleIds(now)
  const latest = revision.find('latest')?.version.id
  return versionUnknown({
    members: { source, requested, supported, ...latest !== undefined && supported.includes(latest) && { latest } },
    ...unknownStatus !== undefined && { status: unknownStatus }
  }, requested)
}
