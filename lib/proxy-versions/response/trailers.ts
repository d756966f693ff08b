import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isHttp2 } from '../../http/is-http2.ts'
import { isGrpc } from '../../http/media-types.ts'
import { fieldValue } from '../../http/raw-headers.ts'
import { HeaderNames } from '../../http/header-names.ts'
import { hopByHop } from '../../http/hop-by-hop.ts'

/** Fields for framing, routing, authentication and the like, which are not allowed in trailers (RFC 9110 6.5.1). */
const unfit = new HeaderNames([
  ...hopByHop, 'content-*', 'host', 'cache-control', 'expires', 'age', 'date', 'vary', 'location', 'retry-after', 'set-cookie',
  'authorization', 'www-authenticate', 'authentication-info', 'max-forwards', 'range'
])

/** In gRPC, any other name may be metadata of the application, which a trailers-only response has in its headers. */
const unfitForGrpc = new HeaderNames([...hopByHop, 'content-length'])

/** Which trailers of a response are passed on. */
export interface TrailerRules {
  /** Names that are not passed on as headers either. */
  dropped?: HeaderNames
  isGrpc?: boolean
}

/** Whether a client accepts trailers: its `TE` allows them (RFC 9110 10.1.4), its protocol has them, and the response has a body. */
export function takesTrailers ({ headers, method, raw }: Pick<FastifyRequest, 'headers' | 'method' | 'raw'>): boolean {
  const { te } = headers
  return te !== undefined && method !== 'HEAD' && raw.httpVersion !== '1.0' && /(^|,)\s*trailers\s*(,|$)/i.test(String(te))
}

/**
 * Returns which trailers of a response the client gets, and announces them in its headers; `null` for none. HTTP/1.1 has trailers
 * only after a chunked body (RFC 9112 7.1.2), and only for a client that accepts them. Upstreams need not announce them
 * (RFC 9110 6.6.2), and over HTTP/2 they seldom do.
 *
 * @param headers alternating names and values
 */
export function announceTrailers (
  headers: string[], rawHeaders: readonly Buffer[], { raw, request }: Pick<FastifyReply, 'raw' | 'request'>, dropped: HeaderNames
): TrailerRules | null {
  if (request.headers.te === undefined || !takesTrailers(request)) return null
  if (!isHttp2(raw) && fieldValue(rawHeaders, 'content-length') !== undefined) return null
  const rules = { dropped, isGrpc: isGrpc(fieldValue(rawHeaders, 'content-type')) }
  const announced = announcedTrailers(rawHeaders, rules)
  if (announced !== null) headers.push('trailer', announced)
  return rules
}

/** Returns the value of `Trailer` without the names that are not passed on; `null` if none is left. */
export function announcedTrailers (rawHeaders: readonly Buffer[], rules: TrailerRules = {}): string | null {
  const names: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.length !== 7 || rawHeaders[i]!.toString('latin1').toLowerCase() !== 'trailer') continue
    names.push(...rawHeaders[i + 1]!.toString('latin1').split(',').map((name) => name.trim()).filter((name) => isFit(name, rules)))
  }
  return names.length === 0 ? null : names.join(', ')
}

/** The trailers that are passed on: pairs of name and value. */
export function passedTrailers (rawTrailers: readonly Buffer[], rules: TrailerRules = {}): Array<[name: string, value: string]> {
  const passed: Array<[string, string]> = []
  for (let i = 0; i < rawTrailers.length; i += 2) {
    const [name, value] = [rawTrailers[i]!.toString('latin1'), rawTrailers[i + 1]!.toString('latin1')]
    if (isFit(name, rules) && isValid(name, value)) passed.push([name, value])
  }
  return passed
}

/** Invalid trailers are dropped, because it is too late to refuse the response. */
function isValid (name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

function isFit (name: string, { dropped, isGrpc = false }: TrailerRules): boolean {
  return name !== '' && !(isGrpc ? unfitForGrpc : unfit).has(name) && dropped?.has(name) !== true
}
