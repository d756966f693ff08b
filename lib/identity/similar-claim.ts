import type { Claims } from '../../types/index.ts'
import { closestMatch } from '../shared/closest-match.ts'
import { isObject } from '../shared/is-object.ts'

/** Names that are compared with a misspelled one: a token may have very many, and very long ones. */
const [maxNames, maxNameLength] = [200, 100]
/** Letters by which names may differ. */
const maxDifferences = 3

/**
 * Suggests a claim of the token for a misspelled path. Returns only its path, never its value, and `undefined` if no claim is
 * similar enough.
 */
export function similarClaim (claims: Claims, names: readonly string[]): readonly string[] | undefined {
  // A name with dots was written without an array, so it was split.
  const whole = names.join('.')
  if (Object.hasOwn(claims, whole)) return [whole]
  const similar: string[] = []
  let value: unknown = claims
  for (const name of names) {
    if (!isObject(value)) return undefined
    const meant = Object.hasOwn(value, name) ? name : similarName(name, Object.keys(value))
    if (meant === undefined) return undefined
    similar.push(meant)
    value = value[meant]
  }
  return similar
}

/** The name with another prefix, such as `https://acme.io/tenant` or `custom:tenant`, or with a few other letters. */
function similarName (name: string, names: readonly string[]): string | undefined {
  const candidates = names.filter(({ length }) => length <= maxNameLength).slice(0, maxNames)
  const maxDistance = name.length < 3 ? 0 : Math.min(Math.ceil(name.length / 3), maxDifferences)
  return candidates.find((candidate) => candidate.split(/[/:]/).at(-1) === name) ?? closestMatch(name, candidates, maxDistance)
}
