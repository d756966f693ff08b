/** One media type of a list, in lower case, with its parameters as they are. */
export interface MediaType {
  readonly type: string
  /** Values of a parameter, by its name in lower case: usually one. */
  values (name: string): string[]
}

/**
 * The media types in a header's value (RFC 9110 8.3.1, 12.5.1). Malformed ones are read as far as possible, and empty list
 * elements are ignored (RFC 9110 5.6.1.2).
 */
export function mediaTypes (value: string): MediaType[] {
  return splitUnquoted(value, ',').filter((item) => item.trim() !== '').map((item) => {
    const [type, ...parameters] = splitUnquoted(item, ';')
    const pairs = parameters.map((parameter) => {
      const at = parameter.indexOf('=')
      return at === -1
        ? { name: parameter.trim().toLowerCase(), value: '' }
        : { name: parameter.slice(0, at).trim().toLowerCase(), value: unquote(parameter.slice(at + 1).trim()) }
    })
    return {
      type: type!.trim().toLowerCase(),
      values: (name) => pairs.filter((pair) => pair.name === name).map((pair) => pair.value)
    }
  })
}

/** Splits at a separator outside of quotes (RFC 9110 5.6.4), in one pass. */
function splitUnquoted (text: string, separator: string): string[] {
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '"') isQuoted = !isQuoted
    else if (character === '\\' && isQuoted) i++
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  return [...parts, text.slice(start)]
}

function unquote (value: string): string {
  if (!value.startsWith('"') || !value.endsWith('"') || value.length === 1) return value
  return value.slice(1, -1).replaceAll(/\\(.)/gs, '$1')
}
