import type { IncomingMessage } from 'node:http'
import { editFields } from './edit-fields.ts'
import { headerLines } from './fields.ts'

/** Returns the values of all cookies with a name, without quotes. A client may send several (RFC 6265 5.4). */
export function cookieValues (raw: Pick<IncomingMessage, 'headers' | 'rawHeaders'>, name: string): string[] {
  return headerLines(raw, 'cookie').flatMap((line) => line.split(';')).filter((pair) => isNamed(pair, name))
    .map((pair) => {
      const value = pair.includes('=') ? pair.slice(pair.indexOf('=') + 1).trim() : ''
      return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
    })
}

/** Removes all cookies with a name from a request. */
export function removeCookies (raw: Pick<IncomingMessage, 'headers' | 'rawHeaders'>, name: string): void {
  editFields(raw, 'cookie', (line) => line.split(';').filter((pair) => !isNamed(pair, name)).join(';').trim(), '; ')
}

function isNamed (pair: string, name: string): boolean {
  return pair.split('=', 1)[0]!.trim() === name
}
