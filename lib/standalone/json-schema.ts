import type { SchemaObject } from 'ajv'
import { fileSchema } from './file-schema.ts'

/** The schema of config files as JSON Schema draft-07, for editors. The `expected` keyword becomes the description. */
export function jsonSchema (): SchemaObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Config of fastify-version-gateway',
    ...plain(fileSchema)
  }
}

/** Numbers and booleans may also be environment variables: `${PORT:-8080}`. */
const variable: SchemaObject = { type: 'string', pattern: '\\$\\{' }

function plain ({ expected, remedy, secret, isTimestamp, isFunction, ...schema }: SchemaObject): SchemaObject {
  const keywords = Object.fromEntries(Object.entries(schema).map(([keyword, value]) => [keyword, plainValue(keyword, value)]))
  const own = isTimestamp === true ? { type: ['string', 'number'] } : keywords
  const described = { ...expected !== undefined && { description: `Expected: ${expected}.` }, ...own }
  return schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean'
    ? { ...expected !== undefined && { description: `Expected: ${expected}.` }, anyOf: [own, variable] }
    : described
}

function plainValue (keyword: string, value: unknown): unknown {
  if (keyword === 'properties') return Object.fromEntries(Object.entries(value as Record<string, SchemaObject>).map(([name, each]) => [name, plain(each)]))
  if (Array.isArray(value)) return value.map((each: unknown) => typeof each === 'object' && each !== null ? plain(each as SchemaObject) : each)
  // A condition tests the type as written, so it does not allow variables.
  return typeof value === 'object' && value !== null && keyword !== 'if' ? plain(value as SchemaObject) : value
}
