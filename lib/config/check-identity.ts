import type { ClaimToHeader, IdentityProvider, VerifyIdentityOptions } from '../../types/index.ts'
import { foldName } from '../headers/fold-name.ts'
import { hopByHop } from '../headers/hop-by-hop.ts'
import { checkJwks } from './check-jwks.ts'
import { type Problems, show } from './problems.ts'

/**
 * Checks what the shape of the identity options cannot tell.
 *
 * @param path where they are: `identity.` in the whole config, empty in the stage's own options
 */
export function checkIdentity (problems: Problems, path: string, { policy, providers }: VerifyIdentityOptions): void {
  const place = `${path}providers`
  if (problems.isMisshapen(place)) return
  if (policy === 'require' && providers.length === 0) {
    problems.add(place, "there is none, so policy 'require' would refuse every request. Add a provider.")
  }
  checkUnique(problems, place, providers, 'name', 'Give each provider a name of its own.')
  checkUnique(problems, place, providers, 'issuer', "A token's 'iss' selects its provider: merge the two.")
  providers.forEach((provider, index) => {
    const { jwks, claimsToHeaders } = problems.isMisshapen(`${place}[${index}]`) ? {} : provider
    const [keys, claims] = [`${place}[${index}].jwks`, `${place}[${index}].claimsToHeaders`]
    if (jwks !== undefined && problems.isWellShaped(keys)) checkJwks(problems, keys, jwks)
    if (claimsToHeaders !== undefined && problems.isWellShaped(claims)) checkClaims(problems, claims, claimsToHeaders)
  })
}

function checkUnique (
  problems: Problems, path: string, providers: readonly IdentityProvider[], field: 'name' | 'issuer', remedy: string
): void {
  const values = providers.map((provider, index) =>
    problems.isWellShaped(`${path}[${index}].${field}`) ? provider[field] : Symbol('unusable'))
  values.forEach((value, index) => {
    const first = values.indexOf(value)
    if (first < index) problems.add(`${path}[${index}].${field}`, `${show(value)} is taken by ${path}[${first}]. ${remedy}`)
  })
}

/** Headers whose meaning is not ours to change. */
const reserved = new Set([
  ...hopByHop, 'host', 'content-length', 'content-type', 'content-encoding', 'authorization', 'cookie'
])

function checkClaims (problems: Problems, path: string, claimsToHeaders: readonly ClaimToHeader[]): void {
  const headers = claimsToHeaders.map(({ header }) => foldName(header))
  claimsToHeaders.forEach(({ claim, header }, index) => {
    const names = typeof claim === 'string' ? claim.split('.') : claim
    if (names.includes('')) {
      problems.add(`${path}[${index}].claim`, `${show(claim)} has an empty name in it. ` +
        "Write 'a.b' for a nested claim, or ['a.b'] for one whose name has a dot.")
    }
    const first = headers.indexOf(foldName(header))
    if (reserved.has(foldName(header))) {
      problems.add(`${path}[${index}].header`, `${show(header)} has a meaning in HTTP. Use a name of your own: 'x-${header}'.`)
    } else if (first < index) {
      problems.add(`${path}[${index}].header`, `${show(header)} is set by ${path}[${first}] already. Use another header.`)
    }
  })
}
