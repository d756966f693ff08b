import type { RegistryOptions, VersionSet } from '../../types/index.ts'
import { type Path, type Problems, show, showPath } from '../problems/config-problems.ts'
import { canonicalForm } from '../registry/version-id.ts'
import { normalPath } from '../routes/normal-path.ts'
import { checkVersionName, versionNames } from './check-version-name.ts'

/** Checks what the schema of `coverage` cannot express. */
export function checkCoverage (problems: Problems, set: VersionSet, options: RegistryOptions): void {
  const names = versionNames(problems, set)
  const canonical = canonicalForm(options)
  const seen = new Map<string, Path>()
  if (problems.isMisshapen(['coverage'])) return
  set.coverage?.forEach((part, index) => {
    const place = ['coverage', index]
    if (problems.isIncomplete(place)) return
    const { path, versions } = part
    const normal = normalPath(path)?.replace(/\/$/, '') ?? null
    const twin = normal === null ? undefined : seen.get(normal)
    if (normal === null) problems.add([...place, 'path'], `${show(path)} contains '.' or '..' as a segment, or a '%' without two hexadecimal digits. Correct the path.`)
    else if (twin !== undefined) problems.add([...place, 'path'], `is also the path of ${showPath(twin)}. Keep one of them.`)
    else seen.set(normal, place)
    if (names !== null) versions.forEach((name, at) => checkVersionName(problems, [...place, 'versions', at], name, names, canonical))
  })
}
