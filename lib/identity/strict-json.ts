import { isUtf8 } from 'node:buffer'
import { withExactNumbers } from './exact-numbers.ts'

/**
 * Parses a JSON object of which nothing can be read in two ways: UTF-8 without faults, and no member twice
 * in one object (RFC 7515 4, RFC 7519 4), which one reader may take the first of and another the last. A number that
 * JavaScript would round is the text of its digits.
 *
 * @throws SyntaxError, TypeError
 */
export function parseObject (bytes: Buffer): Record<string, unknown> {
  if (!isUtf8(bytes)) throw new TypeError('not UTF-8')
  const json = bytes.toString()
  const value = parse(json)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('not an object')
  if (hasDuplicates(json, value)) throw new SyntaxError('a member is there twice')
  return withExactNumbers(json, value as Record<string, unknown>)
}

/** The parser's own error would quote the text, and end up in a log. */
function parse (json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new SyntaxError('not JSON')
  }
}

/**
 * Whether a member is there twice: then the text has more names than the value has members. Names are compared as they
 * are read: `"a"` and `"\u0061"` are one.
 *
 * @param json is valid
 */
function hasDuplicates (json: string, value: object): boolean {
  return namesIn(json) !== membersOf(value)
}

/** In valid JSON a colon outside of texts is behind a name, and nowhere else. */
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

/** Members of all objects in a value. Lists of what is still to be counted, or a value of a thousand levels would be too deep. */
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
