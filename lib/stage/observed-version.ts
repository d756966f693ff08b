import type { Registry } from '../registry/registry.ts'
import type { Observation } from './observation.ts'

/**
 * Returns the id of the version that served a request, or that a refused request named. Empty if there is none: an unknown name
 * from a client is never returned.
 */
export function versionOf ({ request: { version }, refusal }: Observation, registry: Registry | undefined): string {
  if (version != null) return version.id
  const name = refusal?.members?.version
  return name === undefined ? '' : registry?.get(name)?.id ?? ''
}
