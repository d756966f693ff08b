import type { FastifyRequest } from 'fastify'
import type { ClaimPath } from './claims.ts'
import type { ResolverAnswer, VersionResolver } from './resolver.ts'

/** Options of `fromQuery`. */
export interface FromQueryOptions {
  /** Whether to remove the parameter from the forwarded URL. All else in the URL stays unchanged. Default true. */
  strip?: boolean
}

/** Options of `fromPath`. */
export interface FromPathOptions {
  /** Matches a segment that names a version. With a capture group, the group is the name. Default `/^v\d+(?:\.\d+)*$/i`: `v1`, `v1.0`. */
  pattern?: RegExp
  /** Index of the segment after the mount's prefix. Default 0, the first. */
  index?: number
}

/** Options of `fromMediaType`. */
export interface FromMediaTypeOptions {
  /**
   * Restricts the media types: `acme` only reads `application/vnd.acme.v2+json` and `application/vnd.acme+json;version=v2`.
   * Default: the parameter of any type is read.
   */
  vendor?: string
  /** Parameter that names the version, in any case. It takes precedence over the type. Default `version`. */
  parameter?: string
  /** Header with the media type. Default `accept`. */
  header?: 'accept' | 'content-type'
}

/**
 * Versions by host name, in any case: `{ 'v2.api.acme.io': 'v2' }`; or a pattern whose only group is the version:
 * `/^(v\d+)\.api\.acme\.io$/i`.
 */
export type FromHostOptions = Readonly<Record<string, string>> | RegExp

/** Options of `fromTenantMap`. */
export interface TenantMapOptions {
  /**
   * The claim that names the tenant, or a function that returns it; `undefined` = no opinion. A number is converted to a string;
   * any other type causes 503 `PINNED_VERSION_INVALID`. A function should use `request.identity`, not values that a client can
   * forge. A claim is cheaper: the gateway watches what a function reads, for `Vary`.
   */
  key: ClaimPath | ((request: FastifyRequest) => string | number | undefined)
  /**
   * Looks up a tenant's version. Returns a version, `{ version, locked }`, or nothing for a tenant without a pin. May be async.
   *
   * @param signal aborted after `timeoutMs`
   */
  get (key: string, signal: AbortSignal): ResolverAnswer | Promise<ResolverAnswer>
  /** Milliseconds that a result is fresh. After that it stays in use while it is renewed in the background. Default 30000. */
  ttlMs?: number
  /** Milliseconds that a result stays in use while it cannot be renewed. After that, requests are refused. Default 3600000. */
  staleMs?: number
  /** Milliseconds for which the absence of a pin is cached. After that, the next request waits for `get`. Default 5000. */
  negativeTtlMs?: number
  /** Maximum number of cached tenants. The least recently used ones are evicted. Default 10000. */
  max?: number
  /** Milliseconds that `get` may take. Default 200; 0 = no limit. */
  timeoutMs?: number
  /** Request headers that `key` reads, for `Vary`. Omit those of the token and owned ones. Default none. */
  readsHeaders?: readonly string[]
  /** When `get` fails and nothing is cached: see `VersionResolver`. Default `reject`; `skip` sends pinned tenants to the default. */
  onError?: 'reject' | 'skip'
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  now?: () => number
  /** Name of the resolver. Default `tenant-map`. */
  name?: string
}

/** A resolver whose cache can be invalidated. */
export interface TenantMap extends VersionResolver {
  /** Drops a tenant from the cache, and a lookup in flight: its next request waits for `get`. */
  invalidate (key: string): void
  /** Drops all tenants from the cache. */
  invalidateAll (): void
}
