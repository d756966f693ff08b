import { Registry } from '../registry/registry.ts'
import { checkShape } from './check-shape.ts'
import { Problems, show } from './problems.ts'
import { stageSchemas } from './schemas.ts'

/**
 * Checks the options of a stage that is registered by hand.
 *
 * @param finer adds what the shape cannot tell
 * @throws `VERSION_CONFIG_INVALID` with every problem
 */
export function checkStage (stage: keyof typeof stageSchemas, options: unknown, finer?: (problems: Problems) => void): void {
  const problems = new Problems()
  checkShape(problems, stageSchemas[stage], options)
  finer?.(problems)
  problems.throwIfAny(`the options of ${stage}`)
}

/** Checks that the versions of a stage are a registry. @returns the names that it knows, `null` when it is none */
export function checkRegistry (problems: Problems, versions: unknown): string[] | null {
  if (versions instanceof Registry) return versions.names()
  if (!problems.isMisshapen(['versions'])) {
    problems.add(['versions'], `expected what defineVersions returned, got ${show(versions)}. Write versions: defineVersions({ ... }).`)
  }
  return null
}
