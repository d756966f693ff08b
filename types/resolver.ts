import type { FastifyRequest } from 'fastify'

/**
 * The opinion of a resolver: the name of a version or an alias, or an object with further properties. The gateway checks
 * `version`, so a resolver can return an unchecked claim.
 */
export type VersionOpinion = string | {
  readonly version: unknown
  /** Whether an override of this pin is refused: 403 `VERSION_LOCKED`. Default false. */
  readonly locked?: boolean
}

/** `undefined` and `null` mean no opinion: the next resolver is asked. */
export type ResolverAnswer = VersionOpinion | null | undefined

/**
 * Returns an opinion on the version of a request. This is the extension point of the gateway.
 *
 * @example
 * const byHost: VersionResolver = {
 *   name: 'host',
 *   readsHeaders: ['host'],
 *   resolve: (request) => request.hostname.startsWith('v2.') ? 'v2' : undefined
 * }
 */
export interface VersionResolver {
  /** Names the resolver in decisions, logs and errors. Unique among the resolvers of one gateway. */
  readonly name: string
  /**
   * The client's headers that the resolver may read, for `Vary` (RFC 9110 12.5.5). Reads of `request.headers` are detected
   * and added automatically. List headers that cannot be detected, such as one that a hook has read before. Default none.
   */
  readonly readsHeaders?: readonly string[]
  /** May be async. By default an opinion that names no version is refused, and does not fall through to a weaker tier. */
  resolve (request: FastifyRequest): ResolverAnswer | Promise<ResolverAnswer>
  /** Timeout of an async result in milliseconds; 0 = no limit. Default 200. */
  readonly timeoutMs?: number
  /**
   * When the resolver throws or takes too long: `reject` responds 503 `VERSION_RESOLUTION_UNAVAILABLE`, `skip` counts as no
   * opinion. Default `reject`.
   */
  readonly onError?: 'reject' | 'skip'
  /** When the opinion names no version: `reject` refuses the request, `next` counts as no opinion. Default `reject`. */
  readonly onUnknown?: 'reject' | 'next'
  /** Status of the refusal of an override that names no version. Default 400. */
  readonly unknownStatus?: 400 | 404 | 406 | 415
  /** Whether an override is only evaluated if no other one has an opinion. It then never conflicts. Default false. */
  readonly weak?: boolean
}
