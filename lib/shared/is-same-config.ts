import { isDeepStrictEqual } from 'node:util'
import { isDispatcher } from './dispatcher.ts'

/** Compares two configs deeply. A dispatcher has connections, so it is only equal to itself. */
export function isSameConfig (one: unknown, other: unknown): boolean {
  if (isDispatcher(one) || isDispatcher(other)) return one === other
  if (!isPlain(one) || !isPlain(other)) return isDeepStrictEqual(one, other)
  const names = Object.keys(one)
  return names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSameConfig(one[name], other[name]))
}

function isPlain (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
