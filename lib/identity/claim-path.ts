import type { Claims, ClaimPath } from '../../types/index.ts'
import { writtenNumber } from './exact-numbers.ts'
import { isObject } from '../shared/is-object.ts'

/** Splits a claim path: `userMetadata.version` -> `['userMetadata', 'version']`. An array is returned as it is. */
export function claimNames (path: ClaimPath): readonly string[] {
  return Array.isArray(path) ? path : String(path).split('.')
}

/** A claim path as it is written in a config. */
export function showClaim (names: readonly string[]): string {
  return names.some((name) => /[./]/.test(name)) ? `[${names.map((name) => `'${name}'`).join(', ')}]` : names.join('.')
}

/**
 * Returns the claim at a path, or `undefined` if the token lacks it. Only own members of plain objects are followed. Otherwise
 * `constructor.name` would exist in every token, and `length` in every list.
 */
export function readClaim (claims: Claims, names: readonly string[]): unknown {
  let value: unknown = claims
  for (const name of names) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** Like `readClaim`, but returns a number as the token has it: as a version, `1.10` is not 1.1. */
export function readWrittenClaim (claims: Claims, names: readonly string[]): unknown {
  const value = readClaim(claims, names)
  return typeof value === 'number' ? writtenNumber(readClaim(claims, names.slice(0, -1)), names.at(-1)!) ?? value : value
}

/** Returns why a well-typed claim path is invalid, or `null` if it is valid. */
export function claimPathProblem (path: ClaimPath): string | null {
  if (claimNames(path).includes('')) {
    return "contains an empty name. Write 'a.b' for a nested claim, or ['a.b'] for one whose name has a dot."
  }
  // Its dots would separate names, so it would match nothing, and callers would silently get what those without the claim get.
  return typeof path === 'string' && path.includes('/')
    ? `is split at its dots, so it never matches a claim whose name is an address. Write ['${path}'].`
    : null
}
