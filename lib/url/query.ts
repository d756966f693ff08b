/** A parameter of a query. */
export interface Parameter {
  /** Decoded, as forms are. */
  readonly name: string
  /** Decoded; empty without a `=`. */
  readonly value: string
  /** As it was written: `api-version=v%32`. */
  readonly written: string
}

interface Taken {
  /** What is left, byte for byte as it was; its `?` is gone with the last parameter. */
  readonly url: string
  readonly taken: readonly Parameter[]
}

/** Takes every parameter of the given names out of a URL. */
export function takeParameters (url: string, isTaken: (name: string) => boolean): Taken {
  const [path, query] = splitOnce(url, '?')
  if (query === undefined) return { url, taken: [] }
  const taken: Parameter[] = []
  const kept = query.split('&').filter((written) => {
    const [name, value = ''] = splitOnce(written, '=')
    if (!isTaken(decode(name))) return true
    taken.push({ name: decode(name), value: decode(value), written })
    return false
  })
  if (taken.length === 0) return { url, taken }
  return { url: kept.length === 0 ? path : `${path}?${kept.join('&')}`, taken }
}

/** Adds a parameter to a URL, before its fragment, unless it has one of that name. */
export function addParameter (url: string, written: string): string {
  const name = decode(splitOnce(written, '=')[0])
  const [target, fragment] = splitOnce(url, '#')
  if (takeParameters(target, (other) => other === name).taken.length > 0) return url
  const joint = !target.includes('?') ? '?' : /[?&]$/.test(target) ? '' : '&'
  return target + joint + written + (fragment === undefined ? '' : `#${fragment}`)
}

function splitOnce (text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** As forms are decoded; what cannot be stays as it is. */
function decode (text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
