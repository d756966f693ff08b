import type { IdentityProvider } from '../../types/index.ts'

/** Returns the headers that claims are projected into, of all providers. */
export function projectedHeaders (providers: readonly IdentityProvider[]): string[] {
  return providers.flatMap(({ claimsToHeaders = [] }) => claimsToHeaders.map(({ header }) => header))
}
