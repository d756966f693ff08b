import { Registry } from '../registry/registry.ts'
import { checkShape } from './check-shape.ts'
import { explainCopies, otherCopy } from '../shared/copy.ts'
import { type Path, Problems, show } from '../problems/config-problems.ts'
import { stageSchemas } from './schemas.ts'

/**
 * Checks the options of a stage that is registered on its own.
 *
 * @param finer adds problems that the schema cannot express
 * @throws `VERSION_CONFIG_INVALID` with every problem
 */
export function checkStage (stage: keyof typeof stageSchemas, options: unknown, finer?: (problems: Problems) => void): void {
  const problems = new Problems()
  checkShape(problems, stageSchemas[stage], options)
  finer?.(problems)
  problems.throwIfAny(`the options of ${stage}`)
}

/**
 * Checks the options of a plugin that uses `app.versions` unless its options name a registry.
 *
 * @param finer adds problems that the schema cannot express
 * @throws `VERSION_CONFIG_INVALID` with every problem
 */
export function checkPlugin (
  plugin: keyof typeof stageSchemas, options: { readonly versions?: unknown }, finer?: (problems: Problems) => void
): void {
  checkStage(plugin, options, (problems) => {
    if (options.versions !== undefined) checkRegistry(problems, options.versions)
    finer?.(problems)
  })
}

/** Checks that the versions of a stage are a registry. Returns `null` otherwise. */
export function checkRegistry (problems: Problems, versions: unknown): Registry | null {
  if (versions instanceof Registry) return versions
  if (isOfOtherCopy(problems, ['versions'], versions)) return null
  if (!problems.isMisshapen(['versions'])) {
    problems.add(['versions'], `expected a registry from defineVersions, got ${show(versions)}. Write versions: defineVersions({ ... }).`)
  }
  return null
}

/** Reports a value that another copy of this package has made. */
export function isOfOtherCopy (problems: Problems, path: Path, value: unknown): boolean {
  const other = typeof value === 'object' && value !== null ? otherCopy(value) : null
  if (other !== null) problems.add(path, explainCopies(other))
  return other !== null
}
