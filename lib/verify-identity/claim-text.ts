import { exactJson, writtenNumber } from '../identity/exact-numbers.ts'

/** Maximum length of the header value of a claim, in bytes. */
const longest = 8 * 1024

/**
 * Converts a claim to a header value; `undefined` if the claim is absent (or `null`), `null` if it cannot be converted.
 * Strings stay unchanged, numbers (as the token has them) and booleans become strings, lists of these are joined with commas,
 * and objects (and lists that contain one) become base64url JSON, as in Envoy.
 */
export function claimText (claim: unknown): string | null | undefined {
  if (claim === undefined || claim === null) return undefined
  const text = isScalar(claim) ? String(claim) : Array.isArray(claim) && claim.every(isScalar) ? listText(claim) : json(claim)
  if (text !== null && text.length <= longest && isPlain(text)) return text
  if (text === null || hasControls(text)) return null
  const value = percentEncodeNonAscii(text)
  return value.length > longest ? null : value
}

function listText (items: ReadonlyArray<string | number | boolean>): string {
  return items.map((item, index) => writtenNumber(items, index) ?? item).join(',')
}

/** Encodes JSON as base64url; `null` if the claim is nested too deeply for the stack. */
function json (claim: unknown): string | null {
  try {
    return Buffer.from(exactJson(claim)).toString('base64url')
  } catch {
    return null
  }
}

function isScalar (value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** Whether a text has only visible ASCII and spaces, like nearly all claims. */
function isPlain (text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

/** CR, LF and NUL would end or split the header line (RFC 9110 5.5); other control characters are not allowed either. */
function hasControls (text: string): boolean {
  return /\p{Cc}/u.test(text)
}

/** Percent-encodes all but visible ASCII and spaces as UTF-8. A lone surrogate becomes U+FFFD. */
function percentEncodeNonAscii (text: string): string {
  return text.replaceAll(/[^\u0020-\u007e]+/g, (run) => encodeURIComponent(Buffer.from(run).toString()))
}
