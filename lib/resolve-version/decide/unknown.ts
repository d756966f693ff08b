import type { VersionResolver } from '../../../types/index.ts'
import { type Refusal, versionUnknown } from '../../errors.ts'
import type { Revision } from '../../registry/revision.ts'

/** Makes the refusal of an unknown version, or of one that is hidden from the caller. */
export function unknown ({ name: source, unknownStatus }: VersionResolver, requested: string, revision: Revision, now: number): Refusal {
  const supported = revision.visibleIds(now)
  const latest = revision.find('latest')?.version.id
  return versionUnknown({
    members: { source, requested, supported, ...latest !== undefined && supported.includes(latest) && { latest } },
    ...unknownStatus !== undefined && { status: unknownStatus }
  }, requested)
}
