import type { ProblemOptions, SanitizeHeadersOptions } from '../../types/index.ts'
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

/** Checks that the types of problems can be resolved (RFC 9457 3.1.1). */
export function checkProblemOptions (problems: Problems, path: Path, options: ProblemOptions | undefined): void {
  const place = [...path, 'baseUri']
  if (options?.baseUri === undefined || problems.isMisshapen(place)) return
  const { baseUri } = options
  if (!/^https?:\/\//i.test(baseUri) || !URL.canParse(baseUri)) {
    problems.add(place, `expected an absolute http(s) URL, got ${show(baseUri)}. Write 'https://docs.acme.io/problems'.`)
  }
}
