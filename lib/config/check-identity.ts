import type { ClaimPath, ClaimToHeader, IdentityProvider, RouteIdentity, VerifyIdentityOptions } from '../../types/index.ts'
import { foldName, HeaderNames } from '../http/header-names.ts'
import { claimPathProblem } from '../identity/claim-path.ts'
import { checkIssuers } from './check-issuers.ts'
import { checkJwks } from './check-jwks.ts'
import { checkTokenSources } from './check-token-sources.ts'
import { type Path, type Problems, show, showPath } from '../problems/config-problems.ts'
import { isWrittenByGateway, takesReserved } from './reserved-headers.ts'

/**
 * Checks what the schema of the identity options cannot express.
 *
 * @param path path of the options: `identity` in the whole config, empty for the stage's own options
 * @param owned headers that are removed from every request before tokens are read
 */
export function checkIdentity (problems: Problems, path: Path, options: VerifyIdentityOptions, owned = new HeaderNames()): void {
  const place = [...path, 'providers']
  if (problems.isMisshapen(place)) return
  const { policy, providers } = options
  if (policy === 'require' && providers.length === 0) {
    problems.add(place, "no provider is configured, so policy 'require' would refuse every request. Add a provider.")
  }
  checkNames(problems, place, providers)
  checkIssuers(problems, place, providers)
  providers.forEach((provider, index) => {
    if (problems.isMisshapen([...place, index])) return
    checkJwks(problems, [...place, index, 'jwks'], provider)
    checkClaims(problems, [...place, index, 'claimsToHeaders'], provider.claimsToHeaders ?? [])
    checkClaimPaths(problems, [...place, index], provider)
  })
  checkTokenSources(problems, path, options, owned)
}

function checkNames (problems: Problems, path: Path, providers: readonly IdentityProvider[]): void {
  const taken = new Map<string, number>()
  providers.forEach((provider, index) => {
    if (problems.isMisshapen([...path, index, 'name'])) return
    const value = provider.name
    const first = taken.get(value)
    if (first === undefined) taken.set(value, index)
    else problems.add([...path, index, 'name'], `${show(value)} is already used by ${showPath([...path, first])}. Give each provider a unique name.`)
  })
}

function checkClaims (problems: Problems, path: Path, claimsToHeaders: readonly ClaimToHeader[]): void {
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
