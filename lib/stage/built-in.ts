import type { FastifyRequest } from 'fastify'
import type { VersionResolver } from '../../types/index.ts'
import { madeHere } from '../shared/copy.ts'

/** The arguments that a built-in resolver was created with, so that the config check can validate them. */
export interface BuiltIn {
  readonly reads: 'header' | 'claim' | 'query' | 'path' | 'media-type' | 'host' | 'cookie' | 'subprotocol' | 'tenant-map'
  /** The first argument. In JavaScript it may have any type. */
  readonly argument: unknown
  /** The claim that it reads, if it is known. */
  readonly claim?: readonly string[]
  /** The second argument, also of any type. */
  readonly options?: unknown
  /** Removes what the resolver reads from the request once the version is decided, so that it is not forwarded. */
  readonly consume?: (request: FastifyRequest) => void
}

const kBuiltIn = Symbol('fastify-version-gateway.builtIn')

/** Marks a resolver as built-in. The mark survives `{ ...resolver, timeoutMs: 50 }`. */
export function builtIn (mark: BuiltIn, resolver: VersionResolver): VersionResolver {
  return { ...resolver, [kBuiltIn]: mark, ...madeHere } as VersionResolver
}

export function builtInMark (resolver: VersionResolver): BuiltIn | undefined {
  return (resolver as VersionResolver & { [kBuiltIn]?: BuiltIn })[kBuiltIn]
}
