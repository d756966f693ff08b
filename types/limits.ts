import type { FastifyPluginAsync, FastifyRequest } from 'fastify'

/**
 * The values that a limit counts separately: addresses (`ip`; of IPv6, the /64 network), a claim of the verified token, a header, a
 * cookie, the version that serves, the rule that matches, or nothing (`global`).
 */
export type LimitKey = 'ip' | `claim:${string}` | `header:${string}` | `cookie:${string}` | 'version' | 'route' | 'global'

/** The requests to which a limit applies. All members must hold. */
export interface LimitCondition {
  /** Methods in upper case. Default: all. */
  methods?: readonly string[]
  /** Ids of the versions that serve. Default: all. */
  versions?: readonly string[]
  /** Paths with their subpaths, as clients request them: `/checkout` includes `/checkout/7`. Default: all. */
  paths?: readonly string[]
}

/** A rate limit. */
export interface RateLimit {
  /** Names the limit in responses, metrics and the store. Unique: letters, digits, hyphens and underscores. */
  name: string
  /** Requests per period, at least 1. */
  requests: number
  per: 'second' | 'minute' | 'hour' | 'day'
  /** `token-bucket` refills continuously; `fixed-window` starts at zero with each period of UTC. Default `token-bucket`. */
  algorithm?: 'token-bucket' | 'fixed-window'
  /** Size of the token bucket: the requests that may come at once. Default `requests`. */
  burst?: number
  /**
   * The keys. Several count each combination. A limit does not apply to requests without a value for one of them. Default `['ip']`.
   */
  by?: readonly LimitKey[]
  /**
   * The requests to which it applies. `route`: those of rules that name it in `limits`. With a function, it is checked after the
   * decision. Default: all requests.
   */
  when?: 'route' | LimitCondition | ((request: FastifyRequest) => boolean)
  /**
   * When it is checked: before the token is verified, so that bad tokens cannot exhaust the verification, or after the version is decided,
   * so that requests with bad tokens take nothing. Default: before it for limits by `ip`, `header` or `cookie` that need nothing else, and
   * after it for the others. A limit that all callers share would otherwise be exhausted by requests that are refused later.
   */
  phase?: 'before-identity' | 'after-decision'
  /**
   * Tokens that a request takes, or a function of the request, which is called after the decision. 0 takes none. A request that costs
   * more than `burst` needs a full bucket. Default 1.
   */
  cost?: number | ((request: FastifyRequest) => number)
  /** `requests` for single values of the first key, such as tenants: `{ acme: 10_000 }`. Default none. */
  quotas?: Readonly<Record<string, number>>
  /** Whether excess requests are only counted, not refused. Default false. */
  shadow?: boolean
}

/** A limit, as a store needs it. */
export interface LimitRule {
  readonly name: string
  /** The kinds of its keys. */
  readonly by: readonly LimitKey[]
  readonly algorithm: 'token-bucket' | 'fixed-window'
  readonly requests: number
  readonly periodMs: number
  /** Size of the bucket; `requests` for a fixed window. */
  readonly burst: number
  readonly shadow: boolean
}

/** The request of one limit to a store. */
export interface LimitTake {
  /** Identifies the counter among those of all limits. It contains values of the request, with separators that no value can imitate. */
  readonly key: string
  /** Above 0, at most `rule.burst`. */
  readonly cost: number
  readonly rule: LimitRule
}

/** The state of one counter after a request. */
export interface LimitState {
  /** Whether this limit admits the request. */
  readonly allowed: boolean
  /** Whole requests that it would admit now. */
  readonly remaining: number
  /** Milliseconds until the request would be admitted; 0 if it is. */
  readonly retryAfterMs: number
  /** Milliseconds until the counter is full again, or the window ends. */
  readonly resetMs: number
}

/**
 * Counts requests. `takes` are one request's: all are taken, or none if a limit refuses that is not in `shadow` mode. A shadow limit
 * that refuses takes nothing itself.
 */
export interface LimitStore {
  take (takes: readonly LimitTake[]): readonly LimitState[] | Promise<readonly LimitState[]>
  /**
   * Whether `take` needs a round trip. Then all limits of a request are taken in one call, after the decision; before the identity is
   * verified, a request is only refused if this process knows that its counter is exhausted. Default false.
   */
  readonly isRemote?: boolean
  /** Called when the app closes. */
  close? (): Promise<void> | void
}

/** A client of ioredis or iovalkey. */
export interface IoredisClient {
  evalsha (sha: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  eval (script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
}

/** A client of node-redis. */
export interface NodeRedisClient {
  evalSha (sha: string, options: { keys: string[], arguments: string[] }): Promise<unknown>
  eval (script: string, options: { keys: string[], arguments: string[] }): Promise<unknown>
}

/** A connected client of Redis or Valkey. The app handles its `error` events, and closes it. */
export type RedisClient = IoredisClient | NodeRedisClient

/** Options of `redisStore`. */
export interface RedisStoreOptions {
  /**
   * Beginning of all keys. In a cluster, a script can only use keys of one slot, so the prefix needs a hash tag. Default `{rate-limits}:`.
   */
  prefix?: string
}

/** Options of `rateLimits`. */
export interface RateLimitsOptions {
  limits: readonly RateLimit[]
  /** Default: a store in this process, for at most 100,000 counters. */
  store?: LimitStore
  /** Milliseconds that a request waits for the store. Default 100. */
  storeTimeoutMs?: number
  /**
   * If the store fails: `open` counts in this process, `closed` responds 503 `LIMITS_UNAVAILABLE`. After a failure, one request per second
   * tries the store. Default `open`.
   */
  onStoreError?: 'open' | 'closed'
  /** Returns milliseconds since 1970, for counters in this process. Default: a clock that is never set back. */
  now?: () => number
}

/** The type of `rateLimits`. */
export type RateLimitsPlugin = FastifyPluginAsync<RateLimitsOptions>
