import type { SchemaObject } from 'ajv'
import { mirrors } from './mirrors-schema.ts'
import { routes } from './routes-schema.ts'
import { coveredPart, rollout } from './rollout-schema.ts'
import { list } from './schema-builders.ts'

/** The parts of a set of versions that say which traffic they get. */
export const traffic: Record<string, SchemaObject> = {
  routes,
  rollouts: list(rollout, 'a list of rollouts'),
  mirrors,
  coverage: list(coveredPart, 'a list of parts of the API')
}
