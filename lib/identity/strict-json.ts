import { isUtf8 } from 'node:buffer'
import { withExactNumbers } from './exact-numbers.ts'
import { isObject } from '../shared/is-object.ts'

/**
 * Parses a JSON object that all parsers read alike. It must be valid UTF-8 and must not contain duplicate members
 * (RFC 7515 4, RFC 7519 4), of which one parser may use the first and another the last. A number that JavaScript would round
 * becomes a string of its digits.
 *
 * @throws SyntaxError, TypeError
 */
export function parseObject (bytes: Buffer): Record<string, unknown> {
  if (!isUtf8(bytes)) throw new TypeError('not UTF-8')
  const json = bytes.toString()
  const value = parse(json)
  if (!isObject(value)) throw new SyntaxError('not an object')
  if (hasDuplicates(json, value)) throw new SyntaxError('a member is duplicated')
  return withExactNumbers(json, value)
}

/** Replaces the parser's error, which quotes the text, because errors are logged. */
function parse (json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new SyntaxError('not JSON')
  }
}

/**
 * Whether an object has duplicate members: the text then contains more names than the value has members. Names are compared
 * after decoding, so `"a"` and `"\u0061"` are equal.
 *
 * @param json must be valid
 */
function hasDuplicates (json: string, value: object): boolean {
  return namesIn(json) !== membersOf(value)
}

/** Counts names. In valid JSON, a colon outside of strings always follows a name. */
function namesIn (json: string): number {
  let names = 0
  let isText = false
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === 0x22) isText = !isText
    else if (isText && code === 0x5c) at++
    else if (!isText && code === 0x3a) names++
  }
  return names
}

/** Counts the members of all nested objects. It does not recurse, because deep nesting would overflow the stack. */
function membersOf (value: object): number {
  let members = 0
  const open: object[] = [value]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const values: unknown[] = Array.isArray(next) ? next : Object.values(next)
    if (!Array.isArray(next)) members += values.length
    for (const inner of values) if (typeof inner === 'object' && inner !== null) open.push(inner)
  }
  return members
}
