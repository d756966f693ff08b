import type { ClaimPath, ClaimToHeader, RouteIdentity } from '../../types/index.ts'
import { foldName } from '../http/header-names.ts'
import { claimPathProblem } from '../identity/claim-path.ts'
import { type Path, type Problems, show, showPath } from '../problems/config-problems.ts'
import { isWrittenByGateway, takesReserved } from './reserved-headers.ts'

/** Checks the claims that are forwarded as headers. */
export function checkClaimsToHeaders (problems: Problems, path: Path, claimsToHeaders: readonly ClaimToHeader[]): void {
  if (problems.isMisshapen(path)) return
  const taken = new Map<string, number>()
  claimsToHeaders.forEach((projection, index) => {
    const [claimPath, headerPath] = [[...path, index, 'claim'], [...path, index, 'header']]
    if (!problems.isIncomplete(claimPath)) checkClaim(problems, claimPath, projection.claim)
    if (problems.isMisshapen(headerPath)) return

    const { header } = projection
    const first = taken.get(foldName(header))
    if (takesReserved(header) !== undefined) {
      problems.add(headerPath, `${show(header)} has a defined meaning in HTTP. Use a different name: 'x-${header}'.`)
    } else if (isWrittenByGateway(header)) {
      problems.add(headerPath, `${show(header)} is set by the gateway itself, so upstreams would not receive the claim. Use a different name, such as 'x-tenant'.`)
    } else if (first !== undefined) {
      problems.add(headerPath, `${show(header)} is already set by ${showPath([...path, first])}. Use another header.`)
    }
    taken.set(foldName(header), index)
  })
}

/** Checks the claim paths in the requirements of a provider or a route. */
export function checkClaimPaths (problems: Problems, path: Path, { requiredClaims, claims, scopesClaim, rolesClaim }: RouteIdentity): void {
  const listed = requiredClaims ?? []
  if (!problems.isMisshapen([...path, 'requiredClaims'])) listed.forEach((claim, index) => checkClaim(problems, [...path, 'requiredClaims', index], claim))
  for (const [name, claim] of Object.entries({ scopesClaim, rolesClaim })) {
    if (claim !== undefined) checkClaim(problems, [...path, name], claim)
  }
  if (claims === undefined || problems.isMisshapen([...path, 'claims'])) return
  if (Array.isArray(claims)) (claims as Array<{ claim: ClaimPath }>).forEach(({ claim }, index) => checkClaim(problems, [...path, 'claims', index, 'claim'], claim))
  else for (const name of Object.keys(claims)) checkClaimName(problems, [...path, 'claims'], name)
}

function checkClaim (problems: Problems, path: Path, claim: ClaimPath): void {
  if (problems.isIncomplete(path)) return
  const problem = claimPathProblem(claim)
  if (problem !== null) problems.add(path, `${show(claim)} ${problem}`)
}

/** Checks the keys of an object that are claim paths. Unlike other claim paths, they cannot be lists. */
function checkClaimName (problems: Problems, path: Path, name: string): void {
  const problem = claimPathProblem(name)
  if (problem !== null) problems.add([...path, name], `${problem.replace(/Write .*$/, '')}Write claims: [{ claim: [${show(name)}], values: [...] }].`)
}
