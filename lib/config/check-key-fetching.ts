import type { RemoteKeysOptions } from '../../types/index.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'

/** A field name is a token (RFC 9110 5.1, 5.6.2). */
const fieldName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

/** Visible ASCII, with blanks and tabs within (RFC 9110 5.5). */
const fieldValue = /^([\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?)?$/

/** Fields of the connection and the framing, which the HTTP client writes itself. */
const reserved = new Set(['connection', 'content-length', 'expect', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'])

/** Checks what a fetch of keys sends, and through which proxy. */
export function checkKeyFetching (problems: Problems, path: Path, { headers, proxy }: Pick<RemoteKeysOptions, 'headers' | 'proxy'>): void {
  if (headers !== undefined && !problems.isMisshapen([...path, 'headers'])) checkHeaders(problems, [...path, 'headers'], headers)
  if (typeof proxy === 'string' && !problems.isMisshapen([...path, 'proxy'])) checkProxy(problems, [...path, 'proxy'], proxy)
}

function checkHeaders (problems: Problems, path: Path, headers: Readonly<Record<string, string>>): void {
  const seen = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    const place = [...path, name]
    if (problems.isMisshapen(place)) continue
    const key = name.toLowerCase()
    const twin = seen.get(key)
    seen.set(key, name)
    if (!fieldName.test(name)) problems.add(place, 'is not a header name. Use letters, digits and hyphens, without a colon.')
    else if (reserved.has(key)) problems.add(place, 'is set by the HTTP client. Remove it.')
    else if (twin !== undefined) problems.add(place, `is the same header as ${show(twin)}. Remove one of them.`)
    // The value may be secret.
    if (!fieldValue.test(value)) {
      problems.add(place, 'is not a valid header value. Use visible ASCII, without line breaks and surrounding spaces.')
    }
  }
}

function checkProxy (problems: Problems, path: Path, proxy: string): void {
  if (!isProxy(proxy)) {
    problems.add(path, `expected the address of a proxy, got ${show(proxy)}. Write 'http://proxy:3128', or false for none. Encode special characters in credentials.`)
  }
}

function isProxy (text: string): boolean {
  try {
    const { protocol, username, password } = new URL(text)
    // The client decodes the credentials.
    decodeURIComponent(username + password)
    return protocol === 'http:' || protocol === 'https:'
  } catch {
    return false
  }
}
