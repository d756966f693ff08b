import { checkGateway } from '../../lib/config/check-gateway.ts'
import { Problems } from '../../lib/problems/config-problems.ts'
import type { ConfigProblem, GatewayOptions } from '../../types/index.ts'

export interface ConfigError extends Error {
  code: string
  problems: readonly ConfigProblem[]
}

/** Valid versions, to which a test adds a single problem. */
export const validVersions = { latest: { upstream: 'http://latest:8080' }, v2: { upstream: 'http://v2:8080' } }

/** An invalid config in a table of configs. */
export interface Case {
  /** The end of the test name. */
  title: string
  /** Merged into valid versions. */
  config: object
  /** The path of the problem. */
  path: string
  /** Parts of its message: the value, and the remedy. */
  words: string[]
}

/** Returns the `VERSION_CONFIG_INVALID` that a check throws, or `undefined` if it does not throw. Rethrows any other error. */
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

/** Returns the problems of a whole config of any shape. */
export function gatewayProblems (config: object): readonly ConfigProblem[] {
  return problemsOf(() => checkGateway({ versions: validVersions, ...config } as GatewayOptions))
}

/** Returns the problems that a single check adds. */
export function collected (check: (problems: Problems) => void): readonly ConfigProblem[] {
  const problems = new Problems()
  check(problems)
  return problemsOf(() => problems.throwIfAny('the test'))
}

export function pathsOf (problems: readonly ConfigProblem[]): string[] {
  return problems.map(({ path }) => path)
}

/** Returns the expected words that a message lacks. */
export function missingWords (problem: ConfigProblem | undefined, words: readonly string[]): string[] {
  return words.filter((word) => !problem?.message.includes(word))
}
