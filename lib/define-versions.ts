import type { AliasesConfig, GatewayOptions, RegistryOptions, TrafficConfig, VersionRegistry, VersionSet, VersionsConfig } from '../types/index.ts'
import { checkShape } from './config/check-shape.ts'
import { checkVersionSet } from './config/check-version-set.ts'
import { normalizeRegistry, splitSet } from './config/normalize-versions.ts'
import { Problems } from './problems/config-problems.ts'
import { registryOptionsSchema } from './config/versions-schema.ts'
import { Registry } from './registry/registry.ts'

/**
 * Creates the registry that `resolveVersion` and `proxyVersions` share. Ids and aliases are typed, so an undefined one does not
 * compile.
 *
 * @param versions all versions by id
 * @param options.aliases other names of versions: `{ stable: 'v3' }`
 * @throws `VERSION_CONFIG_INVALID` with every problem
 *
 * @example
 * const versions = defineVersions({
 *   latest: { upstream: 'http://10.0.0.15:30080' },
 *   v2: { upstream: 'http://10.0.0.16:30080', deprecatedAt: '2026-09-01', successor: 'latest' }
 * })
 */
export function defineVersions<const Id extends string, const Alias extends string = never> (
  versions: VersionsConfig<Id, Alias>,
  options: RegistryOptions & TrafficConfig<NoInfer<Id | Alias>> & { aliases?: AliasesConfig<Id, Alias> } = {}
): VersionRegistry<Id, Alias> {
  const problems = new Problems()
  checkShape(problems, registryOptionsSchema, options)
  const [set, registry] = splitSet({ ...options, versions }) as [VersionSet<Id, Alias>, RegistryOptions]
  checkVersionSet(registry)(problems, set)
  problems.throwIfAny('the versions')
  return new Registry<Id, Alias>(set, normalizeRegistry(registry), checkVersionSet(registry))
}

/** Returns a gateway's registry: the given one, or one that is created from its config, which must be valid. */
export function toRegistry (versions: GatewayOptions['versions'], set: VersionSet, options: RegistryOptions = {}): Registry {
  return versions instanceof Registry ? versions : new Registry(set, normalizeRegistry(options), checkVersionSet(options))
}
