import type { AdminState } from '../../types/admin-api.ts'
import type { Registry } from '../registry/registry.ts'
import type { Serializable } from './serializable.ts'

/** Describes the versions without their upstream options, which may contain secrets. */
export function describeVersions (registry: Registry): Serializable<AdminState> {
  const health = new Map(registry.health().map((each) => [each.version, each]))
  return {
    now: new Date(registry.now()),
    revision: registry.revision,
    defaultId: registry.defaultId(),
    aliases: Object.fromEntries(registry.aliases()),
    precedence: registry.reports.find('precedence')?.() ?? null,
    versions: registry.list().map(({ upstream, ...version }) => ({
      ...version, healthy: health.get(version.id)?.healthy ?? null, targets: health.get(version.id)?.targets ?? []
    }))
  }
}
