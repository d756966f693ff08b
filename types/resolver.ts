import type { FastifyRequest } from 'fastify'

/**
 * What a resolver thinks: the name of a version or alias, or an object when there is more to say.
 * `version` is checked by the gateway, so a claim can be passed on as it is.
 */
export type VersionOpinion = string | {
  readonly version: unknown
  /** A locked pin cannot be left by an override: 403 `VERSION_LOCKED`. Default false. */
  readonly locked?: boolean
}

/** `undefined` and `null` mean: no opinion, ask the next one. */
export type ResolverAnswer = VersionOpinion | null | undefined

/**
 * Gives an opinion on the version of a request. The extension point of the gateway.
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
   * The client's headers that it may read, for `Vary` (RFC 9110 12.5.5). What it reads of `request.headers` is noticed and
   * added in any case; list what cannot be seen, such as a header that a hook has read before.
   */
  readonly readsHeaders?: readonly string[]
  /** May be async. An opinion that names no version is refused; it never falls through to a weaker tier. */
  resolve (request: FastifyRequest): ResolverAnswer | Promise<ResolverAnswer>
  /** Milliseconds an async answer may take. Default 200; 0 = no limit. */
  readonly timeoutMs?: number
  /**
   * When it throws or takes too long: `reject` answers 503 `VERSION_RESOLUTION_UNAVAILABLE`, `skip` counts as
   * no opinion. Default `reject`.
   */
  readonly onError?: 'reject' | 'skip'
  /** When it names no version: `reject` refuses the request, `next` counts as no opinion. Default `reject`. */
  readonly onUnknown?: 'reject' | 'next'
  /** Status of the refusal of an override that names no version. Default 400. */
  readonly unknownStatus?: 400 | 404 | 406 | 415
  /** An override that is only asked when no other has an opinion, so that it never disagrees with one. Default false. */
  readonly weak?: boolean
}
