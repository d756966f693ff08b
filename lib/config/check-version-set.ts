import type { RegistryOptions, VersionSet } from '../../types/index.ts'
import type { Check } from '../registry/revisions.ts'
import { checkLifeCycle } from './check-life-cycle.ts'
import { checkShape } from './check-shape.ts'
import { checkVersions } from './check-versions.ts'
import type { Problems } from './problems.ts'
import { versionSetSchema } from './versions-schema.ts'

/** The rules for every set of versions, the first and those that come later. */
export function checkVersionSet (options: RegistryOptions): Check {
  return (problems, set) => {
    checkShape(problems, versionSetSchema, set)
    checkSet(problems, set, options)
  }
}

/** Those of the rules that the shape cannot tell. */
export function checkSet (problems: Problems, set: VersionSet, options: RegistryOptions): void {
  checkVersions(problems, Object(set), options)
  checkLifeCycle(problems, Object(set), options)
}
