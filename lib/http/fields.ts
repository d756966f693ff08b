import type { IncomingMessage } from 'node:http'
import { isClients } from './client-values.ts'
import { unwatched } from './watched-headers.ts'

/**
 * Returns all values of a header, one per field line, in order. A value that a hook of the app has set in `headers` replaces
 * those of the client.
 *
 * @param name in lower case
 */
export function headerLines ({ headers, rawHeaders }: Pick<IncomingMessage, 'headers' | 'rawHeaders'>, name: string): string[] {
  const lines = fieldValues(rawHeaders, name)
  const value = headers[name]
  if (isClients(value, lines, name)) return lines
  return value === undefined || value === null ? [] : [value].flat().map(String)
}

/**
 * Returns the client's values of a header, one per field line, in order. Unlike `request.headers`, which joins repeated lines and keeps
 * only the first `Authorization`, `rawHeaders` has all lines, with HTTP/1, HTTP/2 and `inject()`.
 *
 * @param name in lower case
 */
export function fieldValues (lines: readonly string[], name: string): string[] {
  const rawHeaders = unwatched(lines, name)
  const values: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const field = rawHeaders[i]!
    if (field.length === name.length && field.toLowerCase() === name) values.push(rawHeaders[i + 1]!)
  }
  return values
}

/** Returns all values of a header as one list (RFC 9110 5.3), or `undefined` if the header is missing. @param name in lower case */
export function fieldList (lines: readonly string[], name: string): string | undefined {
  const values = fieldValues(lines, name)
  return values.length === 0 ? undefined : values.join(',')
}
