import type { FastifyRequest } from 'fastify'
import type { ResolverAnswer, VersionResolver } from './resolver.ts'

export interface FromQueryOptions {
  /** Take the parameter out of what is forwarded; everything else in the URL stays byte for byte what it is. Default true. */
  strip?: boolean
}

export interface FromPathOptions {
  /** What a segment looks like that names a version. With a capture group, the group is the name. Default `/^v\d+$/i`. */
  pattern?: RegExp
  /** Which segment, counted from behind the mount's prefix. Default 0, the first. */
  index?: number
}

export interface FromMediaTypeOptions {
  /** `acme` reads `application/vnd.acme.v2+json` and `application/vnd.acme+json;version=v2` only. Default: the parameter of every type. */
  vendor?: string
  /** Parameter that names the version, in any case. It counts more than the type. Default `version`. */
  parameter?: string
  /** Where the media type is. Default `accept`. */
  header?: 'accept' | 'content-type'
}

/**
 * Version by host name, in any case: `{ 'v2.api.acme.io': 'v2' }`; or a pattern with one group, which is the
 * version: `/^(v\d+)\.api\.acme\.io$/i`.
 */
export type FromHostOptions = Readonly<Record<string, string>> | RegExp

export interface TenantMapOptions {
  /**
   * Whose version it is. `undefined` = no opinion. A number counts as its digits; anything else is 503
   * `PINNED_VERSION_INVALID`. Take it from `request.identity`, not from what a client can write.
   */
  key (request: FastifyRequest): string | number | undefined
  /**
   * Looks the tenant up: a version, `{ version, locked }`, or nothing for a tenant without a pin. May be async.
   *
   * @param signal aborted after `timeoutMs`
   */
  get (key: string, signal: AbortSignal): ResolverAnswer | Promise<ResolverAnswer>
  /** Milliseconds that an answer is fresh. Then it is used while it is renewed in the background. Default 30000. */
  ttlMs?: number
  /** Milliseconds that an answer is used on while it cannot be renewed. Then requests are refused. Default 3600000. */
  staleMs?: number
  /** Milliseconds that it is remembered that a tenant has no pin. Then the next request waits for `get`. Default 5000. */
  negativeTtlMs?: number
  /** Tenants that are remembered; those least recently used are forgotten first. Default 10000. */
  max?: number
  /** Milliseconds that `get` may take. Default 200; 0 = no limit. */
  timeoutMs?: number
  /** The request headers that `key` reads, for `Vary`: not those of the token, nor owned ones. Default none. */
  readsHeaders?: readonly string[]
  /** When `get` fails and nothing is remembered: see `VersionResolver`. Default `reject`; `skip` sends pinned tenants to the default. */
  onError?: 'reject' | 'skip'
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  now?: () => number
  /** Default `tenant-map`. */
  name?: string
}

/** A resolver that remembers, and can be told to forget. */
export interface TenantMap extends VersionResolver {
  /** Forgets a tenant, and what is being fetched of it: its next request waits for `get`. */
  invalidate (key: string): void
  /** Forgets every tenant. */
  invalidateAll (): void
}
