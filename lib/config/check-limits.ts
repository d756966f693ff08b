import type { RateLimit } from '../../types/limits.ts'
import type { VersionSet } from '../../types/index.ts'
import { claimPathProblem } from '../identity/claim-path.ts'
import { type Path, type Problems, show, showNames } from '../problems/config-problems.ts'
import { needsDecision } from './normalize-limits.ts'

/** Checks what the schema cannot express. @param taken names of the limits that are registered already */
export function checkLimits (problems: Problems, path: Path, limits: readonly RateLimit[], taken: readonly string[] = []): void {
  if (problems.isMisshapen(path) || !Array.isArray(limits)) return
  const names = new Set(taken)
  limits.forEach((limit, index) => {
    const place = [...path, index]
    if (problems.isIncomplete(place)) return
    if (names.has(limit.name)) problems.add([...place, 'name'], `${show(limit.name)} is already the name of a limit. Choose another one.`)
    names.add(limit.name)
    checkLimit(problems, place, limit)
  })
}

function checkLimit (problems: Problems, place: Path, limit: RateLimit): void {
  const { algorithm, burst, by = [], cost = 1, requests, phase } = limit
  if (phase === 'before-identity' && needsDecision(limit)) {
    problems.add([...place, 'phase'], 'the limit reads a claim or the version, or has a function, so it can only be checked after the decision. Leave phase out.')
  }
  if (algorithm === 'fixed-window' && burst !== undefined) {
    problems.add([...place, 'burst'], 'has no effect with a fixed window. Leave it out, or use the token bucket.')
  }
  const largest = burst ?? requests
  if (typeof cost === 'number' && cost > largest) {
    problems.add([...place, 'cost'], `no request could be admitted: the cost is ${cost}, and the limit has ${largest} tokens. Raise burst.`)
  }
  by.forEach((key, index) => {
    const problem = key.startsWith('claim:') ? claimPathProblem(key.slice('claim:'.length)) : null
    if (problem !== null) problems.add([...place, 'by', index], problem)
  })
}

/** Checks the limits that rules name. A misspelled one would not limit anything. */
export function checkLimitNames (problems: Problems, { routes }: Pick<VersionSet, 'routes'>, names: readonly string[]): void {
  if (!Array.isArray(routes)) return
  routes.forEach(({ limits }, index) => {
    if (!Array.isArray(limits)) return
    limits.forEach((name: unknown, place) => {
      if (names.includes(name as string)) return
      const known = names.length === 0 ? 'Register rateLimits before the gateway.' : `Known: ${showNames(names)}.`
      problems.add(['routes', index, 'limits', place], `there is no rate limit ${show(name)}. ${known}`)
    })
  })
}
