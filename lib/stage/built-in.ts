import type { VersionResolver } from '../../types/index.ts'

/** What a resolver of the library was made with, so that the config check can judge it. */
export interface BuiltIn {
  readonly reads: 'header' | 'claim' | 'query'
  /** As it was given: of any type in JavaScript. */
  readonly argument: unknown
}

const kBuiltIn = Symbol('fastify-version-gateway.builtIn')

/** Marks a resolver as the library's. The mark survives `{ ...resolver, timeoutMs: 50 }`. */
export function builtIn (mark: BuiltIn, resolver: VersionResolver): VersionResolver {
  return { ...resolver, [kBuiltIn]: mark } as VersionResolver
}

export function builtInMark (resolver: VersionResolver): BuiltIn | undefined {
  return (resolver as VersionResolver & { [kBuiltIn]?: BuiltIn })[kBuiltIn]
}
