import type { SanitizeHeadersOptions } from '../../types/index.ts'
import { checkProblemOptions } from './check-problem-options.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'
import { takesReserved } from './reserved-headers.ts'

/**
 * Checks that no owned header is one that messages need.
 *
 * @param path path of the options: `sanitize` in the whole config, empty for the stage's own options
 */
export function checkSanitize (problems: Problems, path: Path, options: SanitizeHeadersOptions): void {
  checkProblemOptions(problems, [...path, 'problems'], options.problems)
  const place = [...path, 'owned']
  if (problems.isMisshapen(place)) return
  options.owned?.forEach((pattern, index) => {
    if (problems.isMisshapen([...place, index])) return
    const header = takesReserved(pattern)
    if (header !== undefined) {
      problems.add([...place, index], `${show(pattern)} would remove '${header}' from every request. List only your own headers.`)
    }
  })
}
