import type { FastifyRequest } from 'fastify'
import type { VersionResolver } from '../../types/index.ts'
import { builtInMark } from '../../lib/stage/built-in.ts'

interface Asked {
  url?: string
  /** Of the route: `/api/*` under a prefix; `null` without one. */
  route?: string | null
  rawHeaders?: string[]
  hostname?: string
  query?: Record<string, unknown>
}

/** As much of a request as resolvers read. */
export function asked ({ url = '/', route = '/*', rawHeaders = [], hostname = '', query = {} }: Asked = {}): FastifyRequest {
  const headers: Record<string, string> = {}
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    headers[name] = headers[name] === undefined ? rawHeaders[i + 1]! : `${headers[name]}, ${rawHeaders[i + 1]}`
  }
  const request = { raw: { url, rawHeaders: [...rawHeaders], headers }, routeOptions: { url: route ?? undefined }, hostname, query }
  return request as unknown as FastifyRequest
}

/** Takes a resolver's words out of a request. @returns the request's URL then */
export function consume (resolver: VersionResolver, request: FastifyRequest): string {
  builtInMark(resolver)!.consume!(request)
  return request.raw.url!
}
