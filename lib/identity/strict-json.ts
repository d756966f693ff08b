/**
 * Parses a JSON object of which nothing can be read in two ways: UTF-8 without faults, and no member twice
 * in one object (RFC 7515 4, RFC 7519 4), which one reader may take the first of and another the last.
 *
 * @throws SyntaxError, TypeError
 */
export function parseObject (bytes: Uint8Array): Record<string, unknown> {
  const json = utf8.decode(bytes)
  const value = parse(json)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('not an object')
  if (hasDuplicates(json)) throw new SyntaxError('a member is there twice')
  return value as Record<string, unknown>
}

/** The parser's own error would quote the text, and end up in a log. */
function parse (json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new SyntaxError('not JSON')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A text, with the colon that makes it a name; or a bracket. In valid JSON nothing else has one of these. */
const part = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g

function hasDuplicates (json: string): boolean {
  const open: Array<Set<unknown>> = []
  for (const [token, text, colon] of json.matchAll(part)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (colon !== undefined) {
      // Names are compared as they are read: `"a"` and `"\u0061"` are one.
      const name: unknown = JSON.parse(text!)
      const names = open.at(-1)!
      if (names.has(name)) return true
      names.add(name)
    }
  }
  return false
}
