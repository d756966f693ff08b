import type { Registry } from '../registry/registry.ts'
import type { Observation } from './observation.ts'

/** Id of the version that served a request, or that a refused one asked for; empty when it is none: whatever clients write is no name. */
export function versionOf ({ request: { version }, refusal }: Observation, registry: Registry | undefined): string {
  if (version != null) return version.id
  const name = refusal?.members?.version
  return name === undefined ? '' : registry?.get(name)?.id ?? ''
}
