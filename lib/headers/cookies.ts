import type { IncomingMessage } from 'node:http'
import { editFields } from './edit-fields.ts'
import { fieldValues } from './field-values.ts'

/** The values of every cookie of a name, without their quotes. RFC 6265 5.4 lets clients send several. */
export function cookieValues (rawHeaders: readonly string[], name: string): string[] {
  return fieldValues(rawHeaders, 'cookie').flatMap((line) => line.split(';')).filter((pair) => isNamed(pair, name))
    .map((pair) => {
      const value = pair.includes('=') ? pair.slice(pair.indexOf('=') + 1).trim() : ''
      return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
    })
}

/** Takes the cookies of a name out of a request. */
export function removeCookies (raw: Pick<IncomingMessage, 'headers' | 'rawHeaders'>, name: string): void {
  editFields(raw, 'cookie', (line) => line.split(';').filter((pair) => !isNamed(pair, name)).join(';').trim(), '; ')
}

function isNamed (pair: string, name: string): boolean {
  return pair.split('=', 1)[0]!.trim() === name
}
