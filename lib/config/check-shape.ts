import { createRequire } from 'node:module'
import type { Ajv, SchemaObject } from 'ajv'
import { isImpossibleDate } from '../registry/version-id.ts'
import { isDispatcher } from '../shared/dispatcher.ts'
import { type Path, type Problems, show, showNames } from '../problems/config-problems.ts'
import { closestMatch } from '../shared/closest-match.ts'

const require = createRequire(import.meta.url)

let ajv: Ajv | undefined

/** Loads ajv on first use, because it takes as long as the rest of the library. */
function loadAjv (): Ajv {
  if (ajv !== undefined) return ajv
  const { Ajv } = require('ajv') as typeof import('ajv')
  ajv = new Ajv({ allErrors: true, verbose: true, strictTypes: false })
  // Annotations of the schemas: the expected value, the remedy, and whether the value is secret.
  ajv.addVocabulary(['expected', 'remedy', 'secret'])
  ajv.addKeyword({ keyword: 'isFunction', validate: (_: true, value: unknown) => typeof value === 'function', errors: false })
  ajv.addKeyword({ keyword: 'isDispatcher', validate: (_: true, value: unknown) => isDispatcher(value), errors: false })
  ajv.addKeyword({ keyword: 'isTimestamp', validate: (_: true, value: unknown) => isTimestamp(value), errors: false })
  return ajv
}

/** The mismatches between a config and a schema, as JSON Pointers (RFC 6901). */
export function mismatches (schema: SchemaObject, config: unknown): ReadonlySet<string> {
  const validate = loadAjv().compile(schema)
  validate(config)
  return new Set((validate.errors ?? []).map(({ instancePath }) => instancePath))
}

/** Validates a config against a JSON Schema and adds every mismatch to the problems. */
export function checkShape (problems: Problems, schema: SchemaObject, config: unknown): void {
  const validate = loadAjv().compile(schema)
  validate(config)
  const toPath = pathsIn(config)
  for (const { keyword, instancePath, params, parentSchema = {}, data } of validate.errors ?? []) {
    const path = toPath(instancePath)
    const { expected, secret, properties } = parentSchema
    if (keyword === 'additionalProperties') {
      const option: string = params.additionalProperty
      problems.add([...path, option], () => `unknown option. ${suggestOption(option, Object.keys(properties), data as object)}`)
    } else if (keyword === 'required') {
      const option: string = params.missingProperty
      const { expected: missing } = properties[option]
      problems.addMisshapen([...path, option], missing === undefined ? 'missing.' : `missing. Expected ${expectation(properties[option])}`)
    } else if (expected !== undefined && keyword !== 'if') {
      // The remaining errors are in branches of `anyOf` or `if`, which are reported as a whole.
      problems.addMisshapen(path.length === 0 ? ['options'] : path,
        () => `expected ${expectation(parentSchema as SchemaObject, `, got ${secret === true ? kindOf(data) : show(data)}`)}`, secret === true)
    }
  }
}

/** Describes a secret without showing it. */
function kindOf (value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'string' ? `text of ${value.length} characters` : typeof value === 'object' && value !== null ? 'an object' : value === null ? 'nothing' : `a ${typeof value}`
}

/** Accepts ISO 8601 dates, and timestamps with a time zone. Other forms would depend on the time zone of the gateway. */
function isTimestamp (value: unknown): boolean {
  if (typeof value === 'string' && !/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(value)) return false
  if (typeof value === 'string' && isImpossibleDate(value.slice(0, 10))) return false
  return (typeof value === 'string' || typeof value === 'number' || value instanceof Date) && !Number.isNaN(new Date(value).getTime())
}

function expectation ({ expected, remedy }: SchemaObject, got = ''): string {
  return `${expected}${got}.${remedy === undefined ? '' : ` ${remedy}`}`
}

/** Suggests an option that is not set yet. */
function suggestOption (option: string, known: readonly string[], given: object): string {
  return suggest(option, known, known.filter((name) => !Object.hasOwn(given, name)))
}

/** Maximum number of names that a misspelled one is compared with, which takes a microsecond each. */
const maxCompared = 1000

/** Finds the option with the most similar name. */
export function suggest (name: string, known: readonly string[], candidates = known): string {
  const maxDistance = name.length < 3 ? 0 : Math.ceil(name.length / 3)
  const meant = closestMatch(name, candidates.slice(0, maxCompared), maxDistance)
  return meant === undefined ? `Known: ${showNames(known)}.` : `Did you mean ${show(meant)}?`
}

/**
 * Makes the function that converts JSON Pointers (RFC 6901) to paths. The value decides whether `2` is an index or a name. It
 * remembers the paths of collections, because each of their members may have a problem.
 */
function pathsIn (config: unknown): (pointer: string) => Path {
  const collections = new Map<string, { readonly path: Path, readonly value: unknown }>()
  const find = (pointer: string): { path: Path, value: unknown } => {
    const known = collections.get(pointer)
    if (known !== undefined) return known
    const path = toPath(pointer)
    const value = path.reduce<unknown>((outer, name) => (outer as Record<PropertyKey, unknown>)[name], config)
    const found = { path, value }
    collections.set(pointer, found)
    return found
  }
  const toPath = (pointer: string): Path => {
    if (pointer === '') return []
    const end = pointer.lastIndexOf('/')
    const { path, value } = find(pointer.slice(0, end))
    const name = pointer.slice(end + 1).replaceAll('~1', '/').replaceAll('~0', '~')
    return [...path, Array.isArray(value) ? Number(name) : name]
  }
  return toPath
}
