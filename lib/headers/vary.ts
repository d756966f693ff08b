/**
 * The union of two lists of `Vary` (RFC 9110 12.5.5). `*` stays alone where it is, and is never made here:
 * a proxy must not.
 */
export function mergeVary (present: string, added: readonly string[]): string {
  const names = present.split(',').map((name) => name.trim()).filter(Boolean)
  if (names.includes('*')) return '*'
  const seen = new Set(names.map((name) => name.toLowerCase()))
  return [...names, ...added.filter((name) => !seen.has(name.toLowerCase()))].join(', ')
}
