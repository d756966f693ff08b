import type { FastifyPluginAsync, FastifyRequest } from 'fastify'

/** What a limit counts separately. Several keys count each combination. */
export type LimitKey = 'ip' | `claim:${string}` | `header:${string}` | `cookie:${string}` | 'version' | 'route' | 'global'

/** A rate limit. */
export interface RateLimit {
  /** Names the limit in responses, metrics and the store. Unique: letters, digits, hyphens and underscores. */
  name: string
  /** Requests per period, at least 1. */
  requests: number
  per: 'second' | 'minute' | 'hour' | 'day'
  /** `token-bucket` refills continuously; `fixed-window` starts at zero with each period. Default `token-bucket`. */
  algorithm?: 'token-bucket' | 'fixed-window'
  /** Size of the token bucket. Default `requests`. */
  burst?: number
  /** Requests without a value for a key are not limited, except by `ip`. Default `['ip']`. */
  by?: readonly LimitKey[]
  /** Restricts the limit to some requests. Default: all requests. With `route`, only rules that name it in `limits`. */
  when?: 'route' | { methods?: readonly string[], versions?: readonly string[], paths?: readonly string[] } | ((request: FastifyRequest) => boolean)
  /** Tokens that a request takes, or a function of the request. 0 takes none. Default 1. */
  cost?: number | ((request: FastifyRequest) => number)
  /** Quotas that replace `requests` for single values of the first key, such as tenants. Default none. */
  quotas?: Readonly<Record<string, number>>
  /** Whether excess requests are only counted. Default false. */
  shadow?: boolean
}

/** The request of one limit to a store. */
export interface LimitTake {
  /** Identifies the counter: the name of the limit, and the values of its keys. */
  readonly key: string
  readonly requests: number
  readonly periodMs: number
  readonly burst: number
  readonly cost: number
  readonly algorithm: 'token-bucket' | 'fixed-window'
}

/** The state of one counter after a request. */
export interface LimitState {
  /** Whether this limit admits the request. */
  readonly allowed: boolean
  readonly remaining: number
  /** Milliseconds until the request would be admitted; 0 if it is. */
  readonly retryAfterMs: number
  /** Milliseconds until the counter is full again. */
  readonly resetMs: number
}

/** Counts requests. `takes` are one request's: either all are taken, or none if one that is not `shadow` refuses. */
export interface LimitStore {
  take (takes: ReadonlyArray<LimitTake & { readonly shadow: boolean }>): readonly LimitState[] | Promise<readonly LimitState[]>
  close? (): Promise<void> | void
}

/** Options of `rateLimits`. */
export interface RateLimitsOptions {
  limits: readonly RateLimit[]
  /** Default: a store in this process, for at most 100,000 counters. */
  store?: LimitStore
  /** Milliseconds that a request waits for the store. Default 100. */
  storeTimeoutMs?: number
  /** If the store fails: `open` counts in this process, `closed` responds 503 `LIMITS_UNAVAILABLE`. Default `open`. */
  onStoreError?: 'open' | 'closed'
}

/** The type of `rateLimits`. */
export type RateLimitsPlugin = FastifyPluginAsync<RateLimitsOptions>
