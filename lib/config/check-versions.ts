import type { RegistryOptions, VersionSet } from '../../types/index.ts'
import { canonicalForm, isImpossibleDate, isVersionId } from '../registry/version-id.ts'
import { namesInCycles } from './cycles.ts'
import { suggest } from './check-shape.ts'
import { checkUpstream } from './check-upstream.ts'
import { type Path, type Problems, show, showPath } from '../problems/config-problems.ts'

const idRule = 'Begin with a letter or digit, then at most 63 letters, digits, dots, underscores or hyphens.'

/** Checks what the schemas of `versions` and `aliases` cannot express. */
export function checkVersions (problems: Problems, config: VersionSet, options: RegistryOptions = {}): void {
  const { format, dateMatch, ranges } = options
  if (dateMatch === 'floor' && format !== 'date') problems.add(['dateMatch'], "'floor' needs format: 'date'.")
  if (ranges === true && format !== 'semver') problems.add(['ranges'], "need format: 'semver'.")
  const versions = entries(problems, 'versions', config.versions)
  const aliases = entries(problems, 'aliases', config.aliases)
  if (versions.length === 0 && !problems.isMisshapen(['versions'])) {
    problems.add(['versions'], "no version is defined. Write { latest: { upstream: 'http://...' } }.")
  }
  for (const [path, version] of versions) {
    const place = [...path, 'upstream']
    if (!problems.isMisshapen(place)) checkUpstream(problems, place, version.upstream)
  }
  checkNames(problems, [...versions, ...aliases].map(([path]) => path), options)
  // Without versions, every target would be reported as unknown.
  if (versions.length > 0) checkTargets(problems, versions, aliases, canonicalForm(options))
}

type Entry<Value> = [path: readonly [section: string, name: string], value: Value]

function entries<Value> (problems: Problems, section: string, object: Readonly<Record<string, Value>> = {}): Array<Entry<Value>> {
  if (problems.isMisshapen([section])) return []
  return Object.entries(object).map(([name, value]) => [[section, name], value])
}

function checkNames (problems: Problems, paths: ReadonlyArray<readonly [section: string, name: string]>, options: RegistryOptions): void {
  const { format } = options
  const canonicalId = canonicalForm(options)
  const seen = new Map<string, Path>()
  for (const path of paths) {
    const [, name] = path
    const twin = seen.get(canonicalId(name))
    if (!isVersionId(name)) problems.add(path, `${show(name)} cannot be the name of a version. ${idRule}`)
    if (format === 'date' && isImpossibleDate(name)) problems.add(path, `${show(name)} is not a calendar date. Correct it.`)
    if (canonicalId(name) === 'required') problems.add(path, "'required' has a special meaning as the default. Use another name.")
    if (twin !== undefined) {
      problems.add(path, `is the same name as ${showPath(twin)}: names are compared ${format === 'integer' || format === 'semver' ? `as ${format}` : 'without case'}. Rename or remove one of them.`)
    }
    seen.set(canonicalId(name), path)
  }
}

function checkTargets (
  problems: Problems, versions: ReadonlyArray<Entry<unknown>>, aliases: ReadonlyArray<Entry<string>>, canonicalId: (id: string) => string
): void {
  const usable = aliases.filter(([path]) => !problems.isMisshapen(path))
  const targets = new Map(usable.map(([[, alias], target]) => [canonicalId(alias), canonicalId(target)]))
  const cyclic = namesInCycles(targets)
  const names = [...versions, ...aliases].map(([[, name]]) => name)
  const known = new Set(names.map(canonicalId))
  for (const [path, target] of usable) {
    if (!known.has(canonicalId(target))) {
      problems.add(path, () => `${show(target)} is neither a version nor an alias. ${suggest(target, names.filter((name) => name !== path[1]))}`)
    } else if (cyclic.has(canonicalId(path[1]))) {
      problems.add(path, `leads back to itself through ${show(target)}. Point it to the id of a version.`)
    }
  }
}
