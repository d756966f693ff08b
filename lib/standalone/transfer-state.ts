import { isDeepStrictEqual } from 'node:util'
import type { VersionSet } from '../../types/index.ts'
import { transferHealth } from '../proxy-versions/upstream/upstreams.ts'
import { type Registry, registryOf } from '../registry/registry.ts'
import { versionsOf } from './file-changes.ts'
import type { Generation } from './generation.ts'

/**
 * Transfers run-time state to a new app: usage, versions disabled or retired by hand, and the health of targets. If the
 * file has not changed the versions, all changes by an admin are kept.
 *
 * @throws `VERSION_CONFIG_INVALID` when the state does not fit the new config
 */
export function transferState (after: Generation, before: Generation): void {
  const [registry, previous] = [registryOf(after.app.versions), registryOf(before.app.versions)]
  const [next, old] = [versionsOf(after.config.file), versionsOf(before.config.file)]
  registry.continueFrom(previous, isDeepStrictEqual(next, old) ? previous.current.content.set : withRetired(next, old, previous))
  transferHealth(registry, previous)
}

/**
 * Returns the versions of the next file, in which those stay retired that an admin has retired. A file that changes `retired`
 * of a version decides itself.
 */
export function withRetired (next: VersionSet, before: VersionSet, { current }: Registry): VersionSet {
  const versions = Object.entries(next.versions).map(([id, version]) => {
    const found = current.find(id)
    if (found === undefined || found.alias !== undefined) return [id, version]
    const { id: known, config } = found.version
    const old = before.versions[known]?.retired
    const isRetiredByHand = config.retired === true && old !== true
    return [id, isRetiredByHand && version.retired === old ? { ...version, retired: true } : version]
  })
  return { ...next, versions: Object.fromEntries(versions) }
}
