import type { ServerResponse } from 'node:http'

/**
 * Writes status and headers: names and values in turn, repeated fields in their own lines.
 *
 * @throws `ERR_INVALID_CHAR`, `ERR_HTTP_INVALID_STATUS_CODE` when the upstream's would not be valid HTTP
 */
export function writeHead (response: ServerResponse, status: number, reason: string, headers: readonly string[]): void {
  const hasOwn = response.getHeaderNames().length > 0
  if (hasOwn) setHeaders(response, headers)
  const rest = hasOwn ? [] : [...headers]
  // A reason phrase is for people (RFC 9110 15.1): one that cannot be passed on is left out, and HTTP/2 has none.
  if (response.req.httpVersionMajor === 2 || !/^[\t\x20-\x7e]+$/.test(reason)) response.writeHead(status, rest)
  else response.writeHead(status, reason, rest)
}

/**
 * Once something has called `setHeader` on the raw response, a header list given to `writeHead` keeps only
 * the last of repeated fields. Set as lists of values, all of them are kept.
 */
function setHeaders (response: ServerResponse, headers: readonly string[]): void {
  const values = new Map<string, { name: string, values: string[] }>()
  for (let i = 0; i < headers.length; i += 2) {
    const key = headers[i]!.toLowerCase()
    const field = values.get(key)
    if (field === undefined) values.set(key, { name: headers[i]!, values: [headers[i + 1]!] })
    else field.values.push(headers[i + 1]!)
  }
  for (const field of values.values()) response.setHeader(field.name, field.values.length === 1 ? field.values[0]! : field.values)
}
