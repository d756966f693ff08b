import type { RegistryOptions, VersionSet } from '../../types/index.ts'
import type { Check } from '../registry/revisions.ts'
import { checkCoverage } from './check-coverage.ts'
import { checkLifeCycle } from './check-life-cycle.ts'
import { checkMirrors } from './check-mirrors.ts'
import { checkRoutes } from './check-routes.ts'
import { checkRollouts } from './check-rollouts.ts'
import { checkShape } from './check-shape.ts'
import { checkVersions } from './check-versions.ts'
import type { Problems } from '../problems/config-problems.ts'
import { versionSetSchema } from './versions-schema.ts'

/** Checks a set of versions, whether from the config or from an update. */
export function checkVersionSet (options: RegistryOptions): Check {
  return (problems, set) => {
    checkShape(problems, versionSetSchema, set)
    checkSet(problems, set, options)
  }
}

/** Checks the rules that the schema cannot express. */
export function checkSet (problems: Problems, set: VersionSet, options: RegistryOptions): void {
  checkVersions(problems, Object(set), options)
  checkLifeCycle(problems, Object(set), options)
  checkRoutes(problems, Object(set), options)
  checkRollouts(problems, Object(set), options)
  checkCoverage(problems, Object(set), options)
  checkMirrors(problems, Object(set), options)
}
