import { checkGateway } from '../../lib/config/check-gateway.ts'
import { Problems } from '../../lib/problems/config-problems.ts'
import type { ConfigProblem, GatewayOptions } from '../../types/index.ts'

export interface ConfigError extends Error {
  code: string
  problems: readonly ConfigProblem[]
}

/** A config that nothing is wrong with: the ground that a test puts one problem on. */
export const soundVersions = { latest: { upstream: 'http://latest:8080' }, v2: { upstream: 'http://v2:8080' } }

/** One wrong config in a table of them. */
export interface Case {
  /** Ends the sentence that the table begins. */
  title: string
  /** Laid over sound versions. */
  config: object
  /** Where the problem is. */
  path: string
  /** What its message must have in it: the value, and what to write instead. */
  says: string[]
}

/** The `VERSION_CONFIG_INVALID` that a check throws; nothing when all is well. Any other error is the test's. */
export function configError (check: () => unknown): ConfigError | undefined {
  try {
    check()
  } catch (error) {
    if ((error as ConfigError).code === 'VERSION_CONFIG_INVALID') return error as ConfigError
    throw error
  }
  return undefined
}

export function problemsOf (check: () => unknown): readonly ConfigProblem[] {
  return configError(check)?.problems ?? []
}

/** The problems of a whole config, which may be of any shape. */
export function gatewayProblems (config: object): readonly ConfigProblem[] {
  return problemsOf(() => checkGateway({ versions: soundVersions, ...config } as GatewayOptions))
}

/** What a single check adds. */
export function collected (check: (problems: Problems) => void): readonly ConfigProblem[] {
  const problems = new Problems()
  check(problems)
  return problemsOf(() => problems.throwIfAny('the test'))
}

export function pathsOf (problems: readonly ConfigProblem[]): string[] {
  return problems.map(({ path }) => path)
}

/** The words that a message should have and has not. */
export function unsaid (problem: ConfigProblem | undefined, words: readonly string[]): string[] {
  return words.filter((word) => !problem?.message.includes(word))
}
