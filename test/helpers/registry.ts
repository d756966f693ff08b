import { defineVersions } from '../../lib/index.ts'
import type { Registry } from '../../lib/registry/registry.ts'
import type { RegistryOptions, VersionEventMap, VersionsConfig } from '../../types/index.ts'
import { soundVersions } from './problems.ts'

/** A registry with the aliases `stable`, which is v2, and `current`, which is `stable`. */
export function makeRegistry (options: RegistryOptions = {}, versions: VersionsConfig = soundVersions): Registry {
  return defineVersions(versions, { aliases: { stable: 'V2', current: 'Stable' }, ...options }) as Registry
}

/** What a registry tells from here on. */
export function listenTo (registry: Registry, ...names: Array<keyof VersionEventMap>): unknown[] {
  const told: unknown[] = []
  for (const name of names) registry.events.on(name, (event: object) => told.push({ name, ...event }))
  return told
}
