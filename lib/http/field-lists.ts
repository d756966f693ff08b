import { validateHeaderValue } from 'node:http'

/**
 * Groups fields by lower-case name, with repeated fields as lists, as Node's `setHeader` and HTTP/2 expect them.
 *
 * @param fields names and values in turn
 * @throws `ERR_INVALID_CHAR`, `ERR_HTTP_INVALID_HEADER_VALUE`
 */
export function fieldLists (fields: readonly string[]): Map<string, { name: string, values: string[] }> {
  const lists = new Map<string, { name: string, values: string[] }>()
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i]!
    const value = withoutSpaces(fields[i + 1]!)
    validateHeaderValue(name, value)
    const list = lists.get(name.toLowerCase())
    if (list === undefined) lists.set(name.toLowerCase(), { name, values: [value] })
    else list.values.push(value)
  }
  return lists
}

/** Trailing whitespace is not part of a value (RFC 9110 5.5), and HTTP/2 forbids it (RFC 9113 8.2.1). */
function withoutSpaces (value: string): string {
  let end = value.length
  while (end > 0 && (value[end - 1] === ' ' || value[end - 1] === '\t')) end--
  return end === value.length ? value : value.slice(0, end)
}
