import { distance } from 'fastest-levenshtein'

/** Returns the candidate that differs from a name by the fewest letters, if they are few enough. */
export function closestMatch (name: string, candidates: readonly string[], maxDistance: number): string | undefined {
  let [closest, fewest]: [string | undefined, number] = [undefined, maxDistance + 1]
  for (const candidate of maxDistance === 0 ? [] : candidates) {
    // Names of different lengths differ by at least as many letters.
    const differences = Math.abs(candidate.length - name.length) < fewest ? distance(name, candidate) : fewest
    if (differences < fewest) [closest, fewest] = [candidate, differences]
  }
  return closest
}
