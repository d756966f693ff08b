import { defineVersions } from '../../lib/index.ts'
import type { Registry } from '../../lib/registry/registry.ts'
import type { RegistryOptions, VersionEventMap, VersionsConfig } from '../../types/index.ts'
import { validVersions } from './problems.ts'

/** Makes a registry with the aliases `stable` for v2 and `current` for `stable`. */
export function makeRegistry (options: RegistryOptions = {}, versions: VersionsConfig = validVersions): Registry {
  return defineVersions(versions, { aliases: { stable: 'V2', current: 'Stable' }, ...options }) as Registry
}

/** Collects the events that a registry emits after this call. */
export function listenTo (registry: Registry, ...names: Array<keyof VersionEventMap>): unknown[] {
  const events: unknown[] = []
  for (const name of names) registry.events.on(name, (event: object) => events.push({ name, ...event }))
  return events
}
