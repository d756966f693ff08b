/** A parameter of a query string. */
export interface Parameter {
  /** Decoded like a form. */
  readonly name: string
  /** Decoded like a form. Empty if there is no `=`. */
  readonly value: string
  /** As the client wrote it: `api-version=v%32`. */
  readonly written: string
}

interface TakenParameters {
  /** The URL without the parameters, otherwise unchanged. If none is left, the `?` is removed too. */
  readonly url: string
  readonly taken: readonly Parameter[]
}

/** Removes all parameters whose decoded names match from a URL. */
export function takeParameters (url: string, isTaken: (name: string) => boolean): TakenParameters {
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

/** Adds a parameter to a URL, before the fragment, unless the URL already has one with that name. */
export function addParameter (url: string, written: string): string {
  const name = decode(splitOnce(written, '=')[0])
  const [target, fragment] = splitOnce(url, '#')
  if (takeParameters(target, (other) => other === name).taken.length > 0) return url
  const joint = !target.includes('?') ? '?' : /[?&]$/.test(target) ? '' : '&'
  return target + joint + written + (fragment === undefined ? '' : `#${fragment}`)
}

/** Returns the first value of each parameter of a query, by name, both decoded like a form. @param query with or without the `?` */
export function firstParameters (query: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const written of query.slice(query.startsWith('?') ? 1 : 0).split('&')) {
    const [writtenName, value = ''] = splitOnce(written, '=')
    const name = decode(writtenName)
    if (written !== '' && !values.has(name)) values.set(name, decode(value))
  }
  return values
}

function splitOnce (text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** Decodes a text like a form. Text that cannot be decoded is returned unchanged. */
function decode (text: string): string {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
