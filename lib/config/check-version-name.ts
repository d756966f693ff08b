import type { VersionSet } from '../../types/index.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'
import { suggest } from './check-shape.ts'

/** The names of versions that other options can use; `null` if they are invalid themselves. */
export function versionNames (problems: Problems, { versions = {}, aliases = {} }: VersionSet): readonly string[] | null {
  return problems.isMisshapen(['versions']) || problems.isMisshapen(['aliases']) ? null : [...Object.keys(versions), ...Object.keys(aliases)]
}

/** Checks that an option names a version or an alias. */
export function checkVersionName (
  problems: Problems, path: Path, name: string, names: readonly string[], canonical: (name: string) => string
): void {
  if (names.some((known) => canonical(known) === canonical(name))) return
  problems.add(path, () => `${show(name)} is neither a version nor an alias. ${suggest(name, names)}`)
}
