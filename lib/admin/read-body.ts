import type { SchemaObject } from 'ajv'
import { checkShape } from '../config/check-shape.ts'
import { Problems } from '../problems/config-problems.ts'
import { InputInvalid } from './answer-error.ts'

/** Validates a body and returns it. A missing body counts as `{}`. @throws `ADMIN_INPUT_INVALID` with all problems */
export function readBody<Body> (schema: SchemaObject, body: unknown = {}): Body {
  const problems = new Problems()
  checkShape(problems, schema, body)
  const found = problems.list()
  if (found.length > 0) throw Object.assign(new InputInvalid('The body is not what it should be.'), { problems: found })
  return body as Body
}
