import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { versionDiscovery } from '../../lib/index.ts'
import type { Version, VersionDiscoveryOptions, VersionRegistry } from '../../types/index.ts'
import { listen, makeApp } from './gateway.ts'

const date = (text: string) => new Date(`${text}T00:00:00Z`)

function version (id: string, rest: Partial<Version> = {}): Version {
  return {
    id,
    upstream: { targets: 'http://10.0.0.15:30080' },
    state: 'active',
    disabled: null,
    hidden: false,
    visible: true,
    releasedAt: null,
    deprecatedAt: null,
    sunsetAt: null,
    successor: null,
    links: {},
    brownouts: [],
    ...rest
  }
}

const versions = [
  version('v1', {
    state: 'deprecated',
    releasedAt: date('2024-01-01'),
    deprecatedAt: date('2026-01-01'),
    sunsetAt: date('2026-12-31'),
    successor: 'v2',
    links: { sunset: 'https://docs.acme.io/v1' },
    brownouts: [
      { start: date('2026-10-01'), end: date('2026-10-02'), mode: 'enforce' },
      { start: date('2026-11-01'), end: date('2026-11-02'), mode: 'observe' }
    ]
  }),
  version('v2', { successor: 'secret', brownouts: [{ start: date('2026-10-01'), end: date('2026-10-02'), mode: 'observe' }] }),
  version('secret', { hidden: true, visible: false })
]
const aliases = new Map([['stable', 'v2'], ['next', 'secret']])

/** Makes a registry with a deprecated, an active and a hidden version. @param defaultId the version of its default */
export function registryOf (defaultId: string | null = null): VersionRegistry {
  const registry = { list: () => versions, aliases: () => aliases, defaultId: () => defaultId }
  return registry as unknown as VersionRegistry
}

/** Starts an app that publishes the versions of a registry. @returns its origin */
export async function discovering (t: Test, options: VersionDiscoveryOptions = {}, registry = registryOf('v2'), app: FastifyInstance = makeApp(t)) {
  app.decorate('versions', { getter: () => registry })
  await app.register(versionDiscovery, options)
  return await listen(app)
}
