/** Lines of headers by name, in lower case. */
export type Lines = Map<string, string[]>

export function addLine (lines: Lines, name: string, value: string): void {
  const values = lines.get(name)
  if (values === undefined) lines.set(name, [value])
  else values.push(value)
}

/** Of these, Node keeps only the first line, unless the server has `joinDuplicateHeaders`. */
const keepsFirst = new Set([
  'age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host', 'if-modified-since', 'if-unmodified-since',
  'last-modified', 'location', 'max-forwards', 'proxy-authorization', 'referer', 'retry-after', 'server', 'user-agent'
])

/**
 * Whether a value in `request.headers` is the one that the client sent, so that no hook of the app has changed it.
 *
 * @param lines the client's lines of the header
 * @param name in lower case
 */
export function isClients (value: unknown, lines: readonly string[], name: string): boolean {
  if (Array.isArray(value)) return value.length === lines.length && value.every((line, index) => line === lines[index])
  if (value === lines[0] && (lines.length <= 1 || keepsFirst.has(name))) return true
  return lines.length > 0 && (value === lines.join(', ') || (name === 'cookie' && value === lines.join('; ')))
}
