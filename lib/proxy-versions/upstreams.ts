import type { FastifyBaseLogger } from 'fastify'
import type { Registry } from '../registry/registry.ts'
import { Upstream } from './upstream.ts'

interface Shared {
  readonly byVersion: ReadonlyMap<string, Upstream>
  users: number
}

const shared = new WeakMap<Registry, Shared>()

/** The upstreams of a registry's versions by id. All mounts share them; each gives them back with `releaseUpstreams`. */
export function useUpstreams (registry: Registry, log: FastifyBaseLogger): ReadonlyMap<string, Upstream> {
  const inUse = shared.get(registry) ?? open(registry, log)
  inUse.users++
  return inUse.byVersion
}

/** Closes the upstreams when nobody uses them any more. */
export async function releaseUpstreams (registry: Registry): Promise<void> {
  const inUse = shared.get(registry)!
  if (--inUse.users > 0) return
  shared.delete(registry)
  await Promise.all([...inUse.byVersion.values()].map((upstream) => upstream.close()))
}

function open (registry: Registry, log: FastifyBaseLogger): Shared {
  const byVersion = new Map(registry.list().map((version) => [version.id, new Upstream(version, log)]))
  const opened = { byVersion, users: 0 }
  shared.set(registry, opened)
  registry.reportHealth(() => [...byVersion.values()].map((upstream) => upstream.health()))
  return opened
}
