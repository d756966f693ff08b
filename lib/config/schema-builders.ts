import type { SchemaObject } from 'ajv'

export const text = (expected: string): SchemaObject => ({ type: 'string', minLength: 1, expected })
export const list = (items: SchemaObject, expected: string): SchemaObject => ({ type: 'array', items, expected })
export const oneOf = (...values: string[]): SchemaObject =>
  ({ enum: values, expected: values.map((value) => `'${value}'`).join(' or ') })
export const count = (minimum: number, maximum: number, unit: string): SchemaObject =>
  ({ type: 'integer', minimum, maximum, expected: `a whole number of ${unit} from ${minimum} to ${maximum}` })
export const flag: SchemaObject = { type: 'boolean', expected: 'true or false' }
export const timestamp: SchemaObject = { isTimestamp: true, expected: "a date such as '2026-12-31', a Date, or milliseconds since 1970" }
export const functionOf = (expected: string): SchemaObject => ({ isFunction: true, expected })
export const dispatcher: SchemaObject = {
  isDispatcher: true, expected: 'a dispatcher of undici', remedy: 'Pass an object such as new Agent() or new MockAgent().'
}
export const callback = functionOf('a function')
export const object = (properties: Record<string, SchemaObject>, required: string[] = []): SchemaObject => ({
  type: 'object', properties, required, additionalProperties: false, expected: `an object with ${Object.keys(properties).join(', ')}`
})

// A token (RFC 9110 5.6.2) without '*', which is a wildcard where patterns are allowed.
export const headerName: SchemaObject = {
  type: 'string',
  pattern: "^[A-Za-z0-9!#$%&'+.^_`|~-]+$",
  expected: 'a header name',
  remedy: "Write it with letters, digits and hyphens: 'x-target-version'."
}
export const ownedPattern: SchemaObject = {
  ...headerName, pattern: '^[A-Za-z0-9._-]+\\*?$', expected: "a header name, or the beginning of one with '*' at its end"
}
