import type { ClaimToHeader, VerifierOptions, VerifyIdentityOptions } from '../../types/index.ts'

interface Projecting {
  readonly claimsToHeaders?: readonly ClaimToHeader[]
}

/** Returns those that vouch for identities: the providers, or the verifier. */
export function authoritiesOf ({ providers, from }: VerifyIdentityOptions | VerifierOptions): readonly Projecting[] {
  return [...providers ?? [], ...from === undefined ? [] : [from]]
}

/** Returns the headers that claims are projected into. */
export function projectedHeaders (authorities: readonly Projecting[]): string[] {
  return authorities.flatMap(({ claimsToHeaders = [] }) => claimsToHeaders.map(({ header }) => header))
}
