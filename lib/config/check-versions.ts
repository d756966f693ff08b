import type { AliasesConfig, VersionsConfig } from '../../types/index.ts'
import { canonicalId, isVersionId } from '../registry/version-id.ts'
import { suggest } from './check-shape.ts'
import { checkUpstream } from './check-upstream.ts'
import { type Problems, show } from './problems.ts'

const idRule = 'Begin with a letter or digit, then at most 63 letters, digits, dots, underscores or hyphens.'

/** Checks what the shape of `versions` and `aliases` cannot tell. */
export function checkVersions (problems: Problems, config: { versions: VersionsConfig, aliases?: AliasesConfig }): void {
  const versions = entries(problems, 'versions', config.versions)
  const aliases = entries(problems, 'aliases', config.aliases ?? {})
  if (versions.length === 0 && problems.isWellShaped('versions')) {
    problems.add('versions', "there is none. Write { latest: { upstream: 'http://...' } }.")
  }
  for (const [id, version] of versions) {
    if (problems.isWellShaped(`versions.${id}`)) checkUpstream(problems, `versions.${id}.upstream`, version.upstream)
  }
  const names = [...versions, ...aliases].map(([name]) => name)
  checkNames(problems, [...versions.map(([id]) => `versions.${id}`), ...aliases.map(([alias]) => `aliases.${alias}`)], names)
  checkTargets(problems, aliases, names)
}

function entries<Value> (problems: Problems, path: string, object: Readonly<Record<string, Value>>): Array<[string, Value]> {
  return problems.isMisshapen(path) ? [] : Object.entries(object)
}

function checkNames (problems: Problems, paths: readonly string[], names: readonly string[]): void {
  const seen = new Map<string, string>()
  names.forEach((name, index) => {
    const path = paths[index]!
    const twin = seen.get(canonicalId(name))
    if (!isVersionId(name)) problems.add(path, `${show(name)} cannot be the name of a version. ${idRule}`)
    if (twin !== undefined) {
      problems.add(path, `is the same name as ${twin}: names are compared without case. Rename or remove one of them.`)
    }
    seen.set(canonicalId(name), path)
  })
}

function checkTargets (problems: Problems, aliases: ReadonlyArray<[string, string]>, names: readonly string[]): void {
  const known = new Set(names.map(canonicalId))
  const targets = new Map(aliases.map(([alias, target]) => [canonicalId(alias), canonicalId(String(target))]))
  for (const [alias, target] of aliases) {
    const path = `aliases.${alias}`
    if (!problems.isWellShaped(path)) continue
    if (!known.has(canonicalId(target))) {
      problems.add(path, `${show(target)} is neither a version nor an alias. ${suggest(target, names)}`)
    } else if (isCircle(canonicalId(alias), targets)) {
      problems.add(path, `leads back to itself through ${show(target)}. Point it at the id of a version.`)
    }
  }
}

function isCircle (alias: string, targets: ReadonlyMap<string, string>): boolean {
  const passed = new Set<string>()
  let name = targets.get(alias)
  while (name !== undefined && name !== alias && !passed.has(name)) {
    passed.add(name)
    name = targets.get(name)
  }
  return name === alias
}
