import type { FastifyRequest } from 'fastify'
import type { VersionResolver } from '../../types/index.ts'
import { builtInMark } from '../../lib/stage/built-in.ts'

interface RequestParts {
  url?: string
  /** The URL of the route: `/api/*` under a prefix, or `null` without a route. */
  route?: string | null
  rawHeaders?: string[]
  hostname?: string
  query?: Record<string, unknown>
}

/** Makes the part of a request that resolvers read. */
export function fakeRequest ({ url = '/', route = '/*', rawHeaders = [], hostname = '', query = {} }: RequestParts = {}): FastifyRequest {
  const headers: Record<string, string> = {}
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    headers[name] = headers[name] === undefined ? rawHeaders[i + 1]! : `${headers[name]}, ${rawHeaders[i + 1]}`
  }
  const request = { raw: { url, rawHeaders: [...rawHeaders], headers }, routeOptions: { url: route ?? undefined }, hostname, query }
  return request as unknown as FastifyRequest
}

/** Removes what a resolver has read from a request. @returns the URL of the request afterwards */
export function consume (resolver: VersionResolver, request: FastifyRequest): string {
  builtInMark(resolver)!.consume!(request)
  return request.raw.url!
}
