/** What a version or alias may be called, and what a request may say. Keeps `__proto__`, paths and list syntax out. */
const grammar = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

export function isVersionId (text: string): boolean {
  return grammar.test(text)
}

/** The form that ids are compared in: ASCII letters without case. */
export function canonicalId (id: string): string {
  return id.toLowerCase()
}
