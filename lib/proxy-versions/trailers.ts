import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { HeaderNames } from '../headers/header-names.ts'
import { hopByHop } from '../headers/hop-by-hop.ts'

/** Fields that decide how a message is read or who sent it, so they do not belong behind it (RFC 9110 6.5.1). */
const unfit = new HeaderNames([
  ...hopByHop, 'content-*', 'host', 'cache-control', 'expires', 'age', 'date', 'vary', 'location', 'retry-after', 'set-cookie',
  'authorization', 'www-authenticate', 'authentication-info', 'max-forwards', 'range'
])

/** Whether a client takes trailers: it said so, its protocol has them (RFC 9110 10.1.4), and there is a body to trail. */
export function takesTrailers ({ headers, method, raw }: Pick<FastifyRequest, 'headers' | 'method' | 'raw'>): boolean {
  const { te } = headers
  return te !== undefined && method !== 'HEAD' && raw.httpVersion !== '1.0' && /(^|,)\s*trailers\s*(,|$)/i.test(String(te))
}

/**
 * The announcement of trailers without those that are not passed on; `null` when there are none.
 *
 * @param dropped what is not passed on as a header either
 */
export function announcedTrailers (rawHeaders: readonly Buffer[], dropped: HeaderNames = new HeaderNames()): string | null {
  const names: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.length !== 7 || rawHeaders[i]!.toString('latin1').toLowerCase() !== 'trailer') continue
    names.push(...rawHeaders[i + 1]!.toString('latin1').split(',').map((name) => name.trim()).filter((name) => isFit(name, dropped)))
  }
  return names.length === 0 ? null : names.join(', ')
}

/** The trailers that are passed on: pairs of name and value. */
export function passedTrailers (
  rawTrailers: readonly Buffer[], dropped: HeaderNames = new HeaderNames()
): Array<[name: string, value: string]> {
  const passed: Array<[string, string]> = []
  for (let i = 0; i < rawTrailers.length; i += 2) {
    const [name, value] = [rawTrailers[i]!.toString('latin1'), rawTrailers[i + 1]!.toString('latin1')]
    if (isFit(name, dropped) && isValid(name, value)) passed.push([name, value])
  }
  return passed
}

/** By then it is too late to refuse a response for them. */
function isValid (name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

function isFit (name: string, dropped: HeaderNames): boolean {
  return name !== '' && !unfit.has(name) && !dropped.has(name)
}
