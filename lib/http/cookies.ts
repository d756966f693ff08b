import type { IncomingMessage } from 'node:http'
import { editFields } from './edit-fields.ts'
import { headerLines } from './fields.ts'

/** Returns the values of all cookies with a name, without quotes. A client may send several (RFC 6265 5.4). */
export function cookieValues (raw: Pick<IncomingMessage, 'headers' | 'rawHeaders'>, name: string): string[] {
  return headerLines(raw, 'cookie').flatMap((line) => line.split(';')).filter((pair) => isNamed(pair, name)).map(valueOf)
}

/** Returns the first value of each cookie of a header, by name, without quotes. */
export function firstCookies (header: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const pair of header.split(';')) {
    const name = nameOf(pair)
    if (!values.has(name)) values.set(name, valueOf(pair))
  }
  return values
}

/** Removes all cookies with a name from a request. */
export function removeCookies (raw: Pick<IncomingMessage, 'headers' | 'rawHeaders'>, name: string): void {
  editFields(raw, 'cookie', (line) => line.split(';').filter((pair) => !isNamed(pair, name)).join(';').trim(), '; ')
}

function isNamed (pair: string, name: string): boolean {
  return nameOf(pair) === name
}

function nameOf (pair: string): string {
  return pair.split('=', 1)[0]!.trim()
}

function valueOf (pair: string): string {
  const value = pair.includes('=') ? pair.slice(pair.indexOf('=') + 1).trim() : ''
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}
