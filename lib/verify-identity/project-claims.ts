import type { IncomingMessage } from 'node:http'
import type { Claims, ClaimToHeader } from '../../types/index.ts'
import { claimNames, readWrittenClaim } from '../identity/claim-path.ts'
import type { ClaimReaders } from '../identity/claim-readers.ts'
import { claimText } from './claim-text.ts'
import { invalidToken } from './invalid-token.ts'

/** A header made from a claim. */
export type ProjectedHeader = readonly [header: string, value: string]
export type Projection = (claims: Claims) => ProjectedHeader[]

/** A provider or verifier with headers for claims. */
interface Projecting {
  readonly name: string
  readonly claimsToHeaders: readonly ClaimToHeader[]
}

/** Makes the function that converts claims to headers. It throws `TOKEN_INVALID` for a claim that cannot be converted. */
export function claimProjection ({ claimsToHeaders }: Projecting): Projection {
  const rules = claimsToHeaders.map(({ claim, header }) => ({ names: claimNames(claim), header: header.toLowerCase() }))

  return (claims) => {
    const headers: ProjectedHeader[] = []
    for (const { names, header } of rules) {
      const value = claimText(readWrittenClaim(claims, names))
      if (value === null) throw invalidToken('header', { claim: names.join('.') })
      // Omit empty headers: an upstream could take one for a tenant without a name.
      if (value !== undefined && value !== '') headers.push([header, value])
    }
    return headers
  }
}

/** Adds the projections of a provider or verifier to the readers of claims. @param place where its options are */
export function addReaders (readers: ClaimReaders, place: string, { name, claimsToHeaders }: Projecting): void {
  for (const [index, { claim }] of claimsToHeaders.entries()) readers.add(`${place}.claimsToHeaders[${index}]`, claimNames(claim), name)
}

/** Sets owned headers on a request: in `headers` for resolvers, and in `rawHeaders` for forwarding. */
export function setHeaders ({ headers, rawHeaders }: IncomingMessage, projected: readonly ProjectedHeader[]): void {
  for (const [header, value] of projected) {
    headers[header] = value
    rawHeaders.push(header, value)
  }
}
