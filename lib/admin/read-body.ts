import type { SchemaObject } from 'ajv'
import { checkShape } from '../config/check-shape.ts'
import { Problems } from '../problems/config-problems.ts'
import { AdminInputInvalid } from '../errors.ts'

/** Validates a body and returns it. A missing body counts as `{}`. @throws `ADMIN_INPUT_INVALID` with all problems */
export function readBody<Body> (schema: SchemaObject, body: unknown = {}): Body {
  const problems = new Problems()
  checkShape(problems, schema, body)
  const found = problems.list()
  if (found.length > 0) throw Object.assign(new AdminInputInvalid('The body is invalid.'), { problems: found })
  return body as Body
}
