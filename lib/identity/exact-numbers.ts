import { randomUUID } from 'node:crypto'

/**
 * JavaScript rounds integers beyond 2^53, so two tenants whose ids end in `...789` and `...790` would be one. A number of
 * a token that JavaScript would change is therefore kept as text, with the digits that the token has.
 */

/** Members and items whose value is the text of a number, by the object or list that they are in. */
const exactMembers = new WeakMap<object, Set<string>>()

/** Claims that the JWT specification gives a type of their own (RFC 7519 4.1). Their numbers stay numbers. */
const registered = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']

// Marks a text that stands for a number between two steps here. Nobody can guess it, so no token can have it.
const mark = `${randomUUID()}:`
const marked = new RegExp(`"${mark}([^"]*)"`, 'g')

/** Numbers that may be too long for JavaScript. Nearly all texts have none, and need no second look. */
const suspicious = /\d[\d.]{15}|\d[eE][+-]?\d{2}/
/** The strings and numbers of valid JSON. Strings are matched so that nothing in them counts as a number. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g

/**
 * Puts the digits of the text in the place of every number that JavaScript has changed.
 *
 * @param json is valid
 * @param value what it was parsed to
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

/** JSON as `JSON.stringify` writes it, but numbers that are kept as text are numbers again. */
export function exactJson (value: unknown): string {
  const text = JSON.stringify(value, function (this: object, name, member: unknown) {
    return exactMembers.get(this)?.has(name) === true ? mark + String(member) : member
  })
  return text.replaceAll(marked, '$1')
}

/** Whether JavaScript writes a number with the same digits. The form of a fraction may differ: 1.50 is 1.5. */
function isExact (token: string): boolean {
  const written = String(Number(token))
  if (/^-?\d+$/.test(token)) return written === token || token === '-0'
  return significantDigits(written) === significantDigits(token)
}

function significantDigits (number: string): string {
  if (number.endsWith('Infinity')) return number
  return number.replace(/e.*$/i, '').replaceAll(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
}

/** Takes the marks away, and notes where they were. A list of open objects, because they may be nested deeper than the stack. */
function unmark (root: object): void {
  const open: object[] = [root]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const [name, inner] of Object.entries(next) as Array<[string, unknown]>) {
      if (typeof inner === 'object' && inner !== null) open.push(inner)
      if (typeof inner !== 'string' || !inner.startsWith(mark)) continue
      // A member named __proto__ cannot be assigned.
      Object.defineProperty(next, name, { value: inner.slice(mark.length), writable: true, enumerable: true, configurable: true })
      if (!exactMembers.has(next)) exactMembers.set(next, new Set())
      exactMembers.get(next)!.add(name)
    }
  }
}
