import { createRequire } from 'node:module'
import type { RE2JS } from 're2js'
import { memoize } from '../shared/memoize.ts'

/** A regular expression that matches whole texts. */
export interface WholeRegex {
  testExact (text: string): boolean
}

/**
 * Maximum number of instructions of a compiled expression. The time of a match is at most in proportion to this number and
 * to the length of the text: a few milliseconds for the longest paths and headers.
 */
const maxProgramSize = 1000

const require = createRequire(import.meta.url)
let re2: typeof RE2JS | undefined

/** Loads re2js on first use, because few configs have regular expressions. */
function loadRe2 (): typeof RE2JS {
  re2 ??= (require('re2js') as typeof import('re2js')).RE2JS
  return re2
}

/**
 * Compiles an expression in the syntax of RE2, which the Gateway API and Envoy use as well. It never backtracks, so an
 * expression such as `(a+)+` takes linear time, too. Look-around and references to groups do not exist.
 *
 * @throws an `Error` that says why the expression is invalid
 */
export const compileRegex: (source: string) => WholeRegex = memoize((source) => {
  const regex = loadRe2().compile(source)
  if (regex.programSize() > maxProgramSize) throw new Error('it is too large: reduce the numbers of repetitions')
  return regex
})

/** Whether an expression is valid, and matches in linear time. */
export function isSafeRegex (source: string): boolean {
  return regexProblem(source) === null
}

/** Returns why an expression cannot be used; `null` if it can. */
export function regexProblem (source: string): string | null {
  try {
    compileRegex(source)
    return null
  } catch (error) {
    return (error as Error).message.replace(/^error parsing regexp: /, '')
  }
}
