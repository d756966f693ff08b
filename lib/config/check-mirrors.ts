import type { MirrorOptions, RegistryOptions, VersionSet } from '../../types/index.ts'
import { canonicalForm } from '../registry/version-id.ts'
import { checkName } from './check-routes.ts'
import { checkVersionName, versionNames } from './check-version-name.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'

/** Checks what the schemas of `mirrors` and of a rule's `mirror` cannot express. */
export function checkMirrors (problems: Problems, set: VersionSet, options: RegistryOptions): void {
  for (const [path, mirror] of mirrorsOf(set, problems)) checkControl(problems, path, mirror)
  const { mirrors = [] } = set
  if (problems.isMisshapen(['mirrors'])) return
  const versions = versionNames(problems, set)
  const canonical = canonicalForm(options)
  const names = new Map<string, Path>()
  mirrors.forEach(({ name, from, version }, index) => {
    const path = ['mirrors', index]
    if (problems.isIncomplete(path)) return
    checkName(problems, [...path, 'name'], name, names)
    if (versions !== null) {
      checkVersionName(problems, [...path, 'from'], from, versions, canonical)
      checkVersionName(problems, [...path, 'version'], version, versions, canonical)
    }
    if (canonical(from) === canonical(version)) problems.add([...path, 'version'], `${show(version)} is also the version in from. Name another version.`)
  })
}

/** Returns all mirrors whose shape is valid. */
function mirrorsOf ({ mirrors, routes }: VersionSet, problems: Problems): Array<[Path, MirrorOptions]> {
  const ofVersions = problems.isMisshapen(['mirrors']) ? [] : mirrors ?? []
  const ofRules = problems.isMisshapen(['routes']) ? [] : routes ?? []
  const all = [
    ...ofVersions.map((mirror, index): [Path, MirrorOptions] => [['mirrors', index], mirror]),
    ...ofRules.flatMap((route, rule) => problems.isMisshapen(['routes', rule, 'mirror'])
      ? []
      : (route?.mirror ?? []).map((mirror, index): [Path, MirrorOptions] => [['routes', rule, 'mirror', index], mirror]))
  ]
  return all.filter(([path]) => !problems.isIncomplete(path))
}

/** Methods that change nothing (RFC 9110 9.2.1, and QUERY). */
const safe = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY'])

/** A control repeats a request at the version that has just served it. */
function checkControl (problems: Problems, path: Path, { methods = [], compare }: MirrorOptions): void {
  const unsafe = methods.find((method) => !safe.has(method))
  if (unsafe === undefined || typeof compare !== 'object' || compare.control !== true) return
  problems.add([...path, 'compare', 'control'], `would repeat ${unsafe} requests at the version that serves them. Leave out control or ${unsafe}.`)
}
