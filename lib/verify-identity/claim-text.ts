import { exactJson } from '../identity/exact-numbers.ts'

/** Longest header value that a claim may become, in bytes. */
const longest = 8 * 1024

/**
 * The text form of a claim as a header value; `undefined` when the claim is absent (or `null`), `null`
 * when it cannot become one. Text stays as it is, numbers and booleans become text, a list of such is
 * joined with commas, objects (and lists with one) become base64url JSON as Envoy writes them.
 */
export function claimText (claim: unknown): string | null | undefined {
  if (claim === undefined || claim === null) return undefined
  const text = isScalar(claim) ? String(claim) : Array.isArray(claim) && claim.every(isScalar) ? claim.join(',') : json(claim)
  if (text !== null && text.length <= longest && isPlain(text)) return text
  if (text === null || hasControls(text)) return null
  const value = percentEncodeNonAscii(text)
  return value.length > longest ? null : value
}

/** As base64url; `null` for one that is nested deeper than the stack. */
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

/** Visible ASCII and blanks, as nearly all claims are. */
function isPlain (text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

/** CR, LF and NUL would end or split the header line (RFC 9110 5.5); the other controls have no business in one. */
function hasControls (text: string): boolean {
  return /\p{Cc}/u.test(text)
}

/** Everything outside visible ASCII and blank as percent-encoded UTF-8; a lone surrogate as U+FFFD. */
function percentEncodeNonAscii (text: string): string {
  return text.replaceAll(/[^\u0020-\u007e]+/g, (run) => encodeURIComponent(Buffer.from(run).toString()))
}
