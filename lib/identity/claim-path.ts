import type { Claims, ClaimPath } from '../../types/index.ts'

/** Names of a claim path: `userMetadata.version` -> `['userMetadata', 'version']`; an array is taken word for word. */
export function claimNames (path: ClaimPath): readonly string[] {
  return Array.isArray(path) ? path : String(path).split('.')
}

/**
 * The claim at the end of a path, `undefined` when there is none. Only own members of plain objects are
 * walked: a naive walk finds `constructor.name` in every token, and `length` in every list.
 */
export function readClaim (claims: Claims, names: readonly string[]): unknown {
  let value: unknown = claims
  for (const name of names) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}
