/** Lines of headers by name, in lower case. */
export type Lines = Map<string, string[]>

export function addLine (lines: Lines, name: string, value: string): void {
  const values = lines.get(name)
  if (values === undefined) lines.set(name, [value])
  else values.push(value)
}

/**
 * Whether a value in `request.headers` is the one that the client sent, so that no hook of the app has changed it. Node joins
 * repeated lines in different ways, depending on the header and on its options, or keeps only the first.
 *
 * @param lines the client's lines of the header
 */
export function isClients (value: unknown, lines: readonly string[]): boolean {
  if (Array.isArray(value)) return value.length === lines.length && value.every((line, index) => line === lines[index])
  return value === lines[0] || value === lines.join(', ') || value === lines.join('; ')
}
