import { isDeepStrictEqual } from 'node:util'
import { takeOverHealth } from '../proxy-versions/upstream/upstreams.ts'
import type { Registry } from '../registry/registry.ts'
import { versionsOf } from './file-changes.ts'
import type { Generation } from './generation.ts'

/**
 * Transfers run-time state to a new app: usage, versions disabled by hand, and the health of targets. If the file has
 * not changed the versions, changes by an admin are kept.
 *
 * @throws `VERSION_CONFIG_INVALID` when the state does not fit the new config
 */
export function takeOverState (after: Generation, before: Generation): void {
  const [registry, previous] = [after.app.versions as Registry, before.app.versions as Registry]
  const isUnchanged = isDeepStrictEqual(versionsOf(after.config.file), versionsOf(before.config.file))
  registry.takeOver(previous, { keepsSet: isUnchanged })
  takeOverHealth(registry, previous)
}
