import type { SchemaObject } from 'ajv'
import { fileSchema } from './file-schema.ts'

/** The schema of config files as editors know schemas (JSON Schema draft-07): what belongs in a place becomes its description. */
export function jsonSchema (): SchemaObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Config of fastify-version-gateway',
    ...plain(fileSchema)
  }
}

/** Numbers, true and false may be variables of the environment as well: `${PORT:-8080}`. */
const variable: SchemaObject = { type: 'string', pattern: '\\$\\{' }

function plain ({ expected, remedy, secret, isMoment, isFunction, ...schema }: SchemaObject): SchemaObject {
  const keywords = Object.fromEntries(Object.entries(schema).map(([keyword, value]) => [keyword, plainValue(keyword, value)]))
  const own = isMoment === true ? { type: ['string', 'number'] } : keywords
  const described = { ...expected !== undefined && { description: `Expected: ${expected}.` }, ...own }
  return schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean'
    ? { ...expected !== undefined && { description: `Expected: ${expected}.` }, anyOf: [own, variable] }
    : described
}

function plainValue (keyword: string, value: unknown): unknown {
  if (keyword === 'properties') return Object.fromEntries(Object.entries(value as Record<string, SchemaObject>).map(([name, each]) => [name, plain(each)]))
  if (Array.isArray(value)) return value.map((each: unknown) => typeof each === 'object' && each !== null ? plain(each as SchemaObject) : each)
  // A condition is on the type as it is written.
  return typeof value === 'object' && value !== null && keyword !== 'if' ? plain(value as SchemaObject) : value
}
