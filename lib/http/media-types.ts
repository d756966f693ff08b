/** A media type in a list. The type is in lower case, values of parameters are unchanged. */
export interface MediaType {
  readonly type: string
  /** Returns the values of a parameter, usually one. @param name in lower case */
  values (name: string): string[]
}

/**
 * Parses the media types in a header's value (RFC 9110 8.3.1, 12.5.1). Malformed ones are parsed as far as possible, and empty
 * list elements are ignored (RFC 9110 5.6.1.2).
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

/** Splits a text at separators outside of quotes (RFC 9110 5.6.4), in linear time. */
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

/**
 * Whether a message belongs to a gRPC call (`application/grpc`, `application/grpc+proto`, `application/grpc-web`). Its streams
 * may be idle for any time, because calls have their own deadline (`grpc-timeout`).
 */
export function isGrpc (contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(-web(-text)?)?\s*([+;]|$)/i.test(contentType)
}
