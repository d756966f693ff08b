import type { SchemaObject } from 'ajv'
import { mismatches } from '../config/check-shape.ts'
import type { Path } from '../problems/config-problems.ts'

/** A value from variables, and its place. */
export interface FromVariables {
  readonly path: Path
  readonly text: string
}

const number = /^-?(0|[1-9]\d*)(\.\d+)?$/

/**
 * Converts values from variables to the type that the schema expects: a password of digits stays a string, a port becomes
 * a number. `true` and `false` stay strings only where a boolean is invalid.
 *
 * @param config is modified
 */
export function giveTypes (schema: SchemaObject, config: unknown, variables: readonly FromVariables[]): void {
  const isTruth = ({ text }: FromVariables): boolean => text === 'true' || text === 'false'
  for (const variable of variables) setAt(config, variable.path, isTruth(variable) ? variable.text === 'true' : variable.text)
  for (const variable of misfits(schema, config, variables)) {
    if (isTruth(variable)) setAt(config, variable.path, variable.text)
    else if (number.test(variable.text)) setAt(config, variable.path, Number(variable.text))
  }
  // A value that fits neither way stays a string, so that messages show it as written.
  for (const variable of misfits(schema, config, variables)) setAt(config, variable.path, variable.text)
}

/** Returns the strings that would be valid at their paths. */
export function fittingAsText<Text extends { path: Path, text: string }> (
  schema: SchemaObject, config: unknown, texts: readonly Text[]
): Text[] {
  if (texts.length === 0) return []
  const before = texts.map(({ path, text }) => setAt(config, path, text))
  const places = mismatches(schema, config)
  texts.forEach(({ path }, index) => setAt(config, path, before[index]))
  return texts.filter(({ path }) => !places.has(pointerOf(path)))
}

/** Returns the strings at whose paths both the present value and the string are valid. */
export function fittingEitherWay<Text extends { path: Path, text: string }> (
  schema: SchemaObject, config: unknown, texts: readonly Text[]
): Text[] {
  const wrong = new Set(misfits(schema, config, texts))
  return fittingAsText(schema, config, texts.filter((each) => !wrong.has(each)))
}

function misfits<Text extends { path: Path }> (schema: SchemaObject, config: unknown, texts: readonly Text[]): Text[] {
  if (texts.length === 0) return []
  const places = mismatches(schema, config)
  return texts.filter(({ path }) => places.has(pointerOf(path)))
}

/** A JSON Pointer (RFC 6901). */
function pointerOf (path: Path): string {
  return path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** @returns the previous value */
function setAt (config: unknown, path: Path, value: unknown): unknown {
  const holder = path.slice(0, -1).reduce<unknown>((node, name) => Object(node)[name], config) as Record<PropertyKey, unknown> | undefined
  const name = path.at(-1)
  if (holder === undefined || holder === null || typeof holder !== 'object' || name === undefined) return undefined
  const before = holder[name]
  holder[name] = value
  return before
}
