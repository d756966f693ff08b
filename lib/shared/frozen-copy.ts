import { isDate } from 'node:util/types'
import { isDispatcher } from './dispatcher.ts'

/**
 * Makes a deep copy of data and freezes it. Functions, buffers, dispatchers and circular references are not copied. No valid config has
 * circular references.
 *
 * @param around the objects that contain the value
 */
export function frozenCopy<Value> (value: Value, around: readonly unknown[] = []): Value {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || isDispatcher(value) || around.includes(value)) return value
  const copy = <Member>(member: Member): Member => frozenCopy(member, [...around, value])
  if (Array.isArray(value)) return Object.freeze(value.map(copy)) as Value
  if (value instanceof Map) return new Map([...value].map(([key, member]) => [key, copy(member)])) as Value
  if (isDate(value)) return Object.freeze(new Date(value)) as Value
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copy(member)]))) as Value
}

/** Deeply freezes data. It does not recurse: claims of tokens may be nested too deeply for the stack. */
export function deepFreeze (value: object): void {
  const open: object[] = [value]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const inner of Object.values(Object.freeze(next)) as unknown[]) if (typeof inner === 'object' && inner !== null) open.push(inner)
  }
}
