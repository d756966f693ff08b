import type { IdentityProvider } from '../../types/index.ts'

/** The headers that providers' claims are projected into. */
export function projectedHeaders (providers: readonly IdentityProvider[]): string[] {
  return providers.flatMap(({ claimsToHeaders = [] }) => claimsToHeaders.map(({ header }) => header))
}
