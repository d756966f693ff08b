import type { VerifierOptions } from '../../types/index.ts'
import { HeaderNames } from '../http/header-names.ts'
import { projectedHeaders } from '../identity/projected-headers.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'
import { checkClaimPaths, checkClaimsToHeaders } from './check-claim-options.ts'
import { isOfOtherCopy } from './check-stage.ts'

/** Options that only concern tokens which the gateway itself finds and verifies. */
const ofProviders = ['providers', 'otherSchemes', 'sources', 'onOpaque', 'cache', 'maxTokenBytes'] as const satisfies Array<keyof VerifierOptions>

/**
 * Checks what the schema of a verifier cannot express.
 *
 * @param path path of the identity options
 * @param owned headers that are removed from every request before the verifier reads them
 */
export function checkVerifier (problems: Problems, path: Path, options: VerifierOptions, owned: HeaderNames): void {
  for (const name of ofProviders) {
    if (options[name] !== undefined) problems.add([...path, name], "has no effect with 'from', which finds and verifies the credentials itself. Remove one of the two.")
  }
  const place = [...path, 'from']
  if (problems.isMisshapen(place)) return
  const { from } = options
  // Its refusals would be unknown here.
  if (isOfOtherCopy(problems, place, from)) return
  checkClaimsToHeaders(problems, [...place, 'claimsToHeaders'], from.claimsToHeaders ?? [])
  checkClaimPaths(problems, place, from)
  if (problems.isIncomplete(place) || !Array.isArray(from.readsHeaders)) return
  const projected = new HeaderNames(projectedHeaders([from]))
  checkReads(problems, [...place, 'readsHeaders'], from.readsHeaders, { has: (name) => owned.has(name) || projected.has(name) })
}

/** Checks that no header is removed before the verifier reads it. */
export function checkReads (problems: Problems, path: Path, readsHeaders: readonly string[], owned: Pick<HeaderNames, 'has'>): void {
  readsHeaders.forEach((name, index) => {
    if (!owned.has(name)) return
    problems.add([...path, index], `${show(name)} is owned by the gateway, so the client's value is removed before it is read. Use another header.`)
  })
}
