import { isDeepStrictEqual } from 'node:util'
import { takeOverHealth } from '../proxy-versions/upstreams.ts'
import type { Registry } from '../registry/registry.ts'
import { versionsOf } from './file-changes.ts'
import type { Generation } from './generation.ts'

/**
 * Has a new app go on with what is known at run time: usage, what was switched off by hand, and the health of targets.
 * Versions that the file has not changed stay as an admin has left them.
 *
 * @throws `VERSION_CONFIG_INVALID` when that does not fit the new config
 */
export function takeOverState (after: Generation, before: Generation): void {
  const [registry, previous] = [after.app.versions as Registry, before.app.versions as Registry]
  const isUnchanged = isDeepStrictEqual(versionsOf(after.config.file), versionsOf(before.config.file))
  registry.takeOver(previous, { keepsSet: isUnchanged })
  takeOverHealth(registry, previous)
}
