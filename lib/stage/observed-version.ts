import type { Registry } from '../registry/registry.ts'
import type { Observation } from './observation.ts'

/**
 * Returns the id of the version that served a request, or that a refused request named. Returns an empty string if no version
 * was chosen or the registry does not know the name, so that clients cannot choose label values.
 */
export function versionOf ({ request: { version }, refusal }: Observation, registry: Registry | undefined): string {
  if (version != null) return version.id
  const name = refusal?.members?.version
  return name === undefined ? '' : registry?.get(name)?.id ?? ''
}
