import type { AliasesConfig, VersionRegistry, VersionsConfig } from '../types/index.ts'
import { Problems } from './config/problems.ts'
import { checkShape } from './config/check-shape.ts'
import { checkVersions } from './config/check-versions.ts'
import { definitionOptionsSchema, versionsSchema } from './config/schemas.ts'
import { Registry } from './registry/registry.ts'

/**
 * Makes the registry that `resolveVersion` and `proxyVersions` share. Ids and aliases are typed: naming
 * one that is not defined does not compile.
 *
 * @param versions every version by its id
 * @param options.aliases other names: `{ stable: 'v3' }`
 * @throws `VERSION_CONFIG_INVALID` with every problem
 *
 * @example
 * const versions = defineVersions({
 *   latest: { upstream: 'http://10.0.0.15:30080' },
 *   v2: { upstream: 'http://10.0.0.16:30080' }
 * })
 */
export function defineVersions<const Id extends string, const Alias extends string = never> (
  versions: VersionsConfig<Id>,
  options: { aliases?: AliasesConfig<Id, Alias> } = {}
): VersionRegistry<Id, Alias> {
  const problems = new Problems()
  checkShape(problems, versionsSchema, { versions })
  checkShape(problems, definitionOptionsSchema, options)
  const { aliases = {} as AliasesConfig<Id, Alias> } = options ?? {}
  checkVersions(problems, { versions, aliases })
  problems.throwIfAny('the versions')
  return new Registry(versions, aliases)
}
