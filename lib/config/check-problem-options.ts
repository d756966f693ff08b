import type { ProblemOptions } from '../../types/index.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'

/** Checks that the types of problems can be resolved (RFC 9457 3.1.1). */
export function checkProblemOptions (problems: Problems, path: Path, options: ProblemOptions | undefined): void {
  const place = [...path, 'baseUri']
  if (options?.baseUri === undefined || problems.isMisshapen(place)) return
  const { baseUri } = options
  if (!/^https?:\/\//i.test(baseUri) || !URL.canParse(baseUri)) {
    problems.add(place, `expected an absolute http(s) URL, got ${show(baseUri)}. Write 'https://docs.acme.io/problems'.`)
  }
}
