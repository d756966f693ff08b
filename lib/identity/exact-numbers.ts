import { randomUUID } from 'node:crypto'

/**
 * JavaScript rounds integers beyond 2^53, so two tenants whose ids end in `...789` and `...790` could become one. A number
 * in a token that JavaScript would change is therefore kept as a string with the original digits.
 */

/** Members and items that hold a number as a string, by their object or list. */
const exactMembers = new WeakMap<object, Set<string>>()

/** Claims whose types the JWT specification defines (RFC 7519 4.1). Their numbers stay numbers. */
const registered = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']

// Marks a string that temporarily replaces a number. The mark cannot be guessed, so no token can contain it.
const mark = `${randomUUID()}:`
const marked = new RegExp(`"${mark}([^"]*)"`, 'g')

/** Numbers that may be too long for JavaScript. Nearly all tokens contain none and need no further processing. */
const suspicious = /\d[\d.]{15}|\d[eE][+-]?\d{2}/
/** The strings and numbers in valid JSON. Strings are matched so that digits in them are skipped. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g

/**
 * Replaces every number that JavaScript has changed with a string of its original digits.
 *
 * @param json must be valid
 * @param value the parsed JSON
 */
export function withExactNumbers (json: string, value: Record<string, unknown>): Record<string, unknown> {
  if (!suspicious.test(json)) return value
  let isChanged = false
  const text = json.replaceAll(stringOrNumber, (token) => {
    if (token.startsWith('"') || isExact(token)) return token
    isChanged = true
    return `"${mark}${token}"`
  })
  if (!isChanged) return value
  const exact = JSON.parse(text) as Record<string, unknown>
  for (const name of registered) if (Object.hasOwn(exact, name)) exact[name] = value[name]
  unmark(exact)
  return exact
}

/** Works like `JSON.stringify`, but writes numbers that are kept as strings as numbers. */
export function exactJson (value: unknown): string {
  const text = JSON.stringify(value, function (this: object, name, member: unknown) {
    return exactMembers.get(this)?.has(name) === true ? mark + String(member) : member
  })
  return text.replaceAll(marked, '$1')
}

/** Whether JavaScript writes a number with the same digits. Trailing zeros of a fraction do not matter: 1.50 equals 1.5. */
function isExact (token: string): boolean {
  const written = String(Number(token))
  if (/^-?\d+$/.test(token)) return written === token || token === '-0'
  return significantDigits(written) === significantDigits(token)
}

function significantDigits (number: string): string {
  if (number.endsWith('Infinity')) return number
  return number.replace(/e.*$/i, '').replaceAll(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
}

/** Removes the marks and records where they were. It does not recurse, because deep nesting would overflow the stack. */
function unmark (root: object): void {
  const open: object[] = [root]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const [name, inner] of Object.entries(next) as Array<[string, unknown]>) {
      if (typeof inner === 'object' && inner !== null) open.push(inner)
      if (typeof inner !== 'string' || !inner.startsWith(mark)) continue
      // Assignment would not create a member named __proto__.
      Object.defineProperty(next, name, { value: inner.slice(mark.length), writable: true, enumerable: true, configurable: true })
      if (!exactMembers.has(next)) exactMembers.set(next, new Set())
      exactMembers.get(next)!.add(name)
    }
  }
}
