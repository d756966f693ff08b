import type { SchemaObject } from 'ajv'
import { mismatches } from '../config/check-shape.ts'
import type { Path } from '../config/problems.ts'
import type { FromVariables } from './config-file.ts'

const number = /^-?(0|[1-9]\d*)(\.\d+)?$/

/**
 * Gives values that came from variables the type that their place asks for: a password of digits is text, a port a number.
 * `true` and `false` are text only where nothing else will do.
 *
 * @param config is changed
 */
export function giveTypes (schema: SchemaObject, config: unknown, variables: readonly FromVariables[]): void {
  const usable = variables.filter(({ isBroken }) => !isBroken)
  const isTruth = ({ text }: FromVariables): boolean => text === 'true' || text === 'false'
  for (const variable of usable) setAt(config, variable.path, isTruth(variable) ? variable.text === 'true' : variable.text)
  for (const variable of misfits(schema, config, usable)) {
    if (isTruth(variable)) setAt(config, variable.path, variable.text)
    else if (number.test(variable.text)) setAt(config, variable.path, Number(variable.text))
  }
  // What fits neither way is shown as it is written.
  for (const variable of misfits(schema, config, usable)) setAt(config, variable.path, variable.text)
}

/** Whether text would be right in a place. */
export function fitsAsText (schema: SchemaObject, config: unknown, path: Path, text: string): boolean {
  const before = setAt(config, path, text)
  const fits = !mismatches(schema, config).has(pointerOf(path))
  setAt(config, path, before)
  return fits
}

function misfits (schema: SchemaObject, config: unknown, variables: readonly FromVariables[]): FromVariables[] {
  if (variables.length === 0) return []
  const places = mismatches(schema, config)
  return variables.filter(({ path }) => places.has(pointerOf(path)))
}

/** A JSON Pointer (RFC 6901). */
function pointerOf (path: Path): string {
  return path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** @returns what was there */
function setAt (config: unknown, path: Path, value: unknown): unknown {
  const holder = path.slice(0, -1).reduce<unknown>((node, name) => Object(node)[name], config) as Record<PropertyKey, unknown> | undefined
  const name = path.at(-1)
  if (holder === undefined || holder === null || typeof holder !== 'object' || name === undefined) return undefined
  const before = holder[name]
  holder[name] = value
  return before
}
