import type { IdentityProvider, VerifierOptions, VerifyIdentityOptions } from '../../types/index.ts'
import { HeaderNames } from '../http/header-names.ts'
import { suggest } from './check-shape.ts'
import { checkClaimPaths, checkClaimsToHeaders } from './check-claim-options.ts'
import { checkIssuers } from './check-issuers.ts'
import { checkJwks } from './check-jwks.ts'
import { checkTokenSources } from './check-token-sources.ts'
import { checkVerifier } from './check-verifier.ts'
import { type Path, type Problems, show, showPath } from '../problems/config-problems.ts'

/**
 * Checks what the schema of the identity options cannot express.
 *
 * @param path path of the options: `identity` in the whole config, empty for the stage's own options
 * @param owned headers that are removed from every request before tokens are read
 */
export function checkIdentity (
  problems: Problems, path: Path, options: VerifyIdentityOptions | VerifierOptions, owned = new HeaderNames()
): void {
  if (Object(options).from !== undefined) return checkVerifier(problems, path, options as VerifierOptions, owned)
  checkProviders(problems, path, options as VerifyIdentityOptions, owned)
}

function checkProviders (problems: Problems, path: Path, options: VerifyIdentityOptions, owned: HeaderNames): void {
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
    checkClaimsToHeaders(problems, [...place, index, 'claimsToHeaders'], provider.claimsToHeaders ?? [])
    checkClaimPaths(problems, [...place, index], provider)
  })
  checkTokenSources(problems, path, options, owned)
  checkPolicies(problems, path, options)
}

function checkPolicies (problems: Problems, path: Path, { policies = {}, providers }: VerifyIdentityOptions): void {
  if (problems.isIncomplete([...path, 'policies']) || problems.isIncomplete([...path, 'providers'])) return
  const names = providers.map(({ name }) => name)
  for (const [name, policy] of Object.entries(policies)) {
    const place = [...path, 'policies', name]
    checkClaimPaths(problems, place, policy)
    policy.providers?.forEach((provider, index) => {
      if (!names.includes(provider)) problems.add([...place, 'providers', index], `${show(provider)} is not a provider. ${suggest(provider, names)}`)
    })
  }
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
