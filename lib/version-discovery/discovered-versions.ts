import type { DiscoveredVersion, DiscoveredVersions, Version, VersionRegistry } from '../../types/index.ts'

/** The versions as callers see them. The name of a hidden version does not appear, not even as a successor or alias. */
export function discoveredVersions (registry: VersionRegistry): DiscoveredVersions {
  const visible = registry.list().filter((version) => version.visible)
  const ids = new Set(visible.map(({ id }) => id))
  const id = registry.defaultId()
  return {
    default: id !== null && ids.has(id) ? id : null,
    aliases: Object.fromEntries([...registry.aliases()].filter(([, end]) => ids.has(end))),
    versions: visible.map((version) => discovered(version, ids))
  }
}

function discovered (version: Version, ids: ReadonlySet<string>): DiscoveredVersion {
  const { id, state, disabled, releasedAt, deprecatedAt, sunsetAt, successor, links } = version
  const brownouts = version.brownouts.filter(({ mode }) => mode === 'enforce')
  return {
    id,
    state,
    ...disabled !== null && { disabled: true },
    ...releasedAt !== null && { releasedAt: releasedAt.toISOString() },
    ...deprecatedAt !== null && { deprecatedAt: deprecatedAt.toISOString() },
    ...sunsetAt !== null && { sunsetAt: sunsetAt.toISOString() },
    ...successor !== null && ids.has(successor) && { successor },
    ...brownouts.length > 0 && { brownouts: brownouts.map(({ start, end }) => ({ start: start.toISOString(), end: end.toISOString() })) },
    ...Object.keys(links).length > 0 && { links: { ...links } }
  }
}
