import type { FastifyRequest } from 'fastify'
import { HeaderNames } from '../headers/header-names.ts'
import { hopByHop } from '../headers/hop-by-hop.ts'
import { nominatedHeaders } from '../stage/hand-over.ts'

/** Makes the header list of a forwarded request: names and values in turn. */
export type RequestHeaders = (request: FastifyRequest, version: string) => string[]

/**
 * The client's fields and the gateway's, in order and in their own lines, without those that are for this
 * hop; `Host` becomes the target's. The effective version replaces whatever the client said in its place.
 */
export function requestHeaders (versionHeader: string): RequestHeaders {
  // `:method` and the like are HTTP/2's own (RFC 9113 8.3).
  const dropped = new HeaderNames([...hopByHop, 'host', versionHeader, ':*'])

  return (request, version) => {
    const { rawHeaders } = request.raw
    const named = nominatedHeaders.get(request)
    const headers: string[] = []
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]!
      if (dropped.has(name) || named?.has(name.toLowerCase()) === true) continue
      headers.push(name, rawHeaders[i + 1]!)
    }
    headers.push(versionHeader, version)
    return headers
  }
}
