import { randomUUID } from 'node:crypto'

/**
 * JavaScript rounds integers beyond 2^53, so two tenants whose ids end in `...789` and `...790` could become one. A number
 * in a token that JavaScript would change is therefore kept as a string with the original digits. Of any other number, only
 * the spelling may differ: `1.10` stays a number, but as a version it is not 1.1. Its text is recorded.
 */

/** The texts of numbers that JavaScript writes differently, by their object or list. */
const texts = new WeakMap<object, Map<string, string>>()

/** Claims whose types the JWT specification defines (RFC 7519 4.1). Their numbers stay numbers. */
const registered = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']

// Marks a string that temporarily replaces a number. The mark cannot be guessed, so no token can contain it.
const mark = `${randomUUID()}:`
const marked = new RegExp(`"${mark}([^"]*)"`, 'g')

/**
 * Numbers that JavaScript may write differently: long ones, and those with an exponent, a trailing zero, or many leading zeros,
 * and `-0`. Nearly all tokens contain none and need no further processing.
 */
const suspicious = /[:,[\s]-?(?:[\d.]{16}|\d[\d.]*[eE]|\d+\.\d*0[,}\]\s]|0\.0{6})|-0[,}\]\s]/
/** The strings and numbers in valid JSON. Strings are matched so that digits in them are skipped. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g

/**
 * Replaces every number that JavaScript has changed with a string of its original digits, and records the texts of numbers.
 *
 * @param json must be valid
 * @param value the parsed JSON
 */
export function withExactNumbers (json: string, value: Record<string, unknown>): Record<string, unknown> {
  if (!suspicious.test(json)) return value
  let isChanged = false
  const text = json.replaceAll(stringOrNumber, (token) => {
    if (token.startsWith('"') || String(Number(token)) === token) return token
    isChanged = true
    return `"${mark}${token}"`
  })
  if (!isChanged) return value
  const exact = JSON.parse(text) as Record<string, unknown>
  unmark(exact)
  return exact
}

/** Returns the text of a number in the token, or `undefined` if JavaScript formats the number the same way. */
export function writtenNumber (holder: unknown, name: string | number): string | undefined {
  return texts.get(holder as object)?.get(String(name))
}

/** Works like `JSON.stringify`, but writes numbers as the token has them. */
export function exactJson (value: unknown): string {
  const text = JSON.stringify(value, function (this: object, name, member: unknown) {
    const written = writtenNumber(this, name)
    return written === undefined ? member : mark + written
  })
  return text.replaceAll(marked, '$1')
}

/** Whether a number has the same value in JavaScript. Trailing zeros of a fraction do not matter: 1.50 equals 1.5. */
function isExact (token: string): boolean {
  const written = String(Number(token))
  if (/^-?\d+$/.test(token)) return written === token || token === '-0'
  return significantDigits(written) === significantDigits(token)
}

function significantDigits (number: string): string {
  if (number.endsWith('Infinity')) return number
  return number.replace(/e.*$/i, '').replaceAll(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
}

/**
 * Removes the marks, and records the texts. It does not recurse, because deep nesting would overflow the stack.
 *
 * @param claims is modified
 */
function unmark (claims: object): void {
  const open: Array<{ holder: object, areNumbers: boolean }> = [{ holder: claims, areNumbers: false }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { holder } = next
    for (const [name, inner] of Object.entries(holder) as Array<[string, unknown]>) {
      const areNumbers = next.areNumbers || (holder === claims && registered.includes(name))
      if (typeof inner === 'object' && inner !== null) open.push({ holder: inner, areNumbers })
      if (typeof inner !== 'string' || !inner.startsWith(mark)) continue
      const text = inner.slice(mark.length)
      const value = areNumbers || isExact(text) ? Number(text) : text
      // Assignment would not create a member named __proto__.
      Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true })
      const known = texts.get(holder) ?? new Map<string, string>()
      texts.set(holder, known.set(name, text))
    }
  }
}
