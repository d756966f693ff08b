import type { IncomingMessage } from 'node:http'
import type { Claims, IdentityProvider } from '../../types/index.ts'
import { claimNames, readClaim } from '../identity/claim-path.ts'
import { claimText } from './claim-text.ts'
import { invalidToken } from './invalid-token.ts'

/** A header and the text that goes into it. */
export type ProjectedHeader = readonly [header: string, value: string]
export type Projection = (claims: Claims) => ProjectedHeader[]

/** Prepares the projection of a provider's claims into headers. It throws `TOKEN_INVALID` for a claim that cannot be one. */
export function claimProjection ({ claimsToHeaders = [] }: IdentityProvider): Projection {
  const rules = claimsToHeaders.map(({ claim, header }) => ({ names: claimNames(claim), header: header.toLowerCase() }))

  return (claims) => {
    const headers: ProjectedHeader[] = []
    for (const { names, header } of rules) {
      const value = claimText(readClaim(claims, names))
      if (value === null) throw invalidToken('header', { claim: names.join('.') })
      // A header without a value would say that there is one: an upstream may take it for a tenant without a name.
      if (value !== undefined && value !== '') headers.push([header, value])
    }
    return headers
  }
}

/** Sets owned headers on a request, where resolvers read them and where the exchange takes them from. */
export function setHeaders ({ headers, rawHeaders }: IncomingMessage, projected: readonly ProjectedHeader[]): void {
  for (const [header, value] of projected) {
    headers[header] = value
    rawHeaders.push(header, value)
  }
}
