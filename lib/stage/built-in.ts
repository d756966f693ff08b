import type { FastifyRequest } from 'fastify'
import type { VersionResolver } from '../../types/index.ts'

/** What a resolver of the library was made with, so that the config check can judge it. */
export interface BuiltIn {
  readonly reads: 'header' | 'claim' | 'query' | 'path' | 'media-type' | 'host' | 'cookie' | 'subprotocol' | 'tenant-map'
  /** As it was given: of any type in JavaScript. */
  readonly argument: unknown
  /** A second argument, likewise. */
  readonly options?: unknown
  /** Takes the resolver's words out of a request that has been decided, so that they are not forwarded. */
  readonly consume?: (request: FastifyRequest) => void
}

const kBuiltIn = Symbol('fastify-version-gateway.builtIn')

/** Marks a resolver as the library's. The mark survives `{ ...resolver, timeoutMs: 50 }`. */
export function builtIn (mark: BuiltIn, resolver: VersionResolver): VersionResolver {
  return { ...resolver, [kBuiltIn]: mark } as VersionResolver
}

export function builtInMark (resolver: VersionResolver): BuiltIn | undefined {
  return (resolver as VersionResolver & { [kBuiltIn]?: BuiltIn })[kBuiltIn]
}
