import type { ConnectionOptions } from 'node:tls'
import type { UndiciDispatcher } from './dispatcher.ts'

/** Changes of headers. Names are in any case. `remove` is applied first, then `set`, then `add`. */
export interface HeaderEdits {
  /** Replaces all fields with the name. Default none. */
  set?: Readonly<Record<string, string>>
  /** Adds a field to those with the same name. Default none. */
  add?: Readonly<Record<string, string>>
  /** Removes all fields with the name. Default none. */
  remove?: readonly string[]
}

/** Timeouts of an upstream, in milliseconds. 0 = no limit, except for `keepAlive`. */
export interface UpstreamTimeouts {
  /** To connect, including DNS and TLS. Default 5000. */
  connect?: number
  /**
   * From the end of the request to the response headers. Default 30000; for gRPC calls (`application/grpc`) no limit.
   */
  headers?: number
  /**
   * Without progress while a body is sent in either direction. Default 60000; for server-sent events and gRPC calls no
   * limit.
   */
  idle?: number
  /** Without a byte in either direction after an upgrade, such as to a WebSocket. Default 300000. */
  tunnel?: number
  /** For the whole exchange. Default 0: a response may stream forever. */
  total?: number
  /**
   * How long an idle connection is kept, over HTTP/1.1 and HTTP/2, at least 1. Set it below the idle timeout of the upstream,
   * so that the upstream does not close a connection that is about to be used. Default 4000, or over HTTP/1.1 the upstream's
   * `Keep-Alive: timeout` minus a second or two. If it is set, that hint can only shorten it.
   */
  keepAlive?: number
}

/** TLS options for an upstream. Its certificate is verified unless `rejectUnauthorized` is `false`. */
export type UpstreamTls = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>

/**
 * Why a request may be retried: `not-sent` (no connection, so nothing was sent), `stale` (the upstream closed a reused
 * connection while the request was in transit), `reset` (the connection broke before the response, `stale` included),
 * `timeout` (no response in time), or the status of the response.
 */
export type RetryReason = 'not-sent' | 'stale' | 'reset' | 'timeout' | 429 | 500 | 502 | 503 | 504

/** Which requests are retried, and how often. */
export interface UpstreamRetry {
  /** Maximum number of retries per request. Default 1. */
  attempts?: number
  /**
   * Reasons for a retry. After `not-sent`, any request is retried on another target. After all other reasons the upstream may
   * have processed the request, so only idempotent ones without a body are retried (RFC 9110 9.2.2, RFC 9112 9.3.1).
   * Default `['not-sent', 'stale']`.
   */
  on?: readonly RetryReason[]
  /**
   * Maximum wait before a retry, in milliseconds. A response whose `Retry-After` (seconds or a date, RFC 9110 10.2.3) is
   * longer is passed on. Default 1000.
   */
  maxDelay?: number
}

/** A GET request that checks every target at intervals. A 2xx response means healthy. */
export interface ActiveHealth {
  /** Path of the check, such as `/healthz`. `rewritePrefix` does not apply. */
  path: string
  /** Milliseconds between two checks. Default 15000. */
  intervalMs?: number
  /** Random variation of the interval, as a fraction from 0 to 1. Default 0.1. */
  jitter?: number
  /** Timeout of a check, including the response body, in milliseconds. Default 5000. */
  timeoutMs?: number
  /** Consecutive failures until the target gets no more requests. Default 2. */
  failures?: number
  /** Consecutive successes until the target gets requests again. Default 2. */
  successes?: number
}

/** The share of server errors after which a target rests. */
export interface ServerErrorLimit {
  /** Share of 5xx responses, above 0 and at most 1. 501 and 505 do not count, nor does the status of gRPC calls. */
  ratio: number
  /** Minimum number of responses in the window. Default 20. */
  minResponses?: number
  /** Length of the window in milliseconds. Default 10000. */
  windowMs?: number
}

/** The health of one target. */
export interface TargetHealth {
  readonly address: string
  /** Whether the target gets requests. If no target of a version is healthy, all of them do, unless there is a `circuitBreaker`. */
  readonly healthy: boolean
  /** Exchanges in flight. */
  readonly pending: number
  /** Requests that wait for a connection. */
  readonly queued: number
  /** Consecutive failed exchanges. */
  readonly failures: number
  /** Result of the active check; `unknown` without one, and until it has enough results. */
  readonly active: 'up' | 'down' | 'unknown'
  /** The last failure, for the operator: it may contain addresses. */
  readonly lastError?: string
}

/** The health of the targets of one version. */
export interface VersionHealth<Id extends string = string> {
  readonly version: Id
  /** Whether at least one target is healthy. */
  readonly healthy: boolean
  readonly targets: readonly TargetHealth[]
}

/** How the cookies of an upstream are rewritten for clients. */
export interface CookieOptions {
  /** Whether `Path` is mapped to the path under the mount's prefix, as in `Location`. Default true. */
  path?: boolean
  /**
   * How a `Domain` that names a target is rewritten: `true` removes it, so that the cookie belongs to the host that the
   * client used; a string replaces it. Default false: it stays, and clients reject the cookie.
   */
  domain?: boolean | string
}

/** A cluster that serves one version. */
export interface UpstreamOptions {
  /** Addresses of the targets: `http://` or `https://` origins, or `unix+http:///run/app.sock`. */
  targets: string | readonly string[]
  /** How a target is chosen. `least-requests` takes the less busy of two random targets. Default `round-robin`. */
  balance?: 'round-robin' | 'least-requests'
  /** Maximum number of connections per target, without upgraded ones (see `upgrades`). Default 128. */
  connections?: number
  /**
   * Maximum number of requests that wait for a connection to a target, each for at most `timeouts.connect`. Further requests
   * get 503. Default 1024.
   */
  maxQueued?: number
  /**
   * Whether to use HTTP/2 to `https` targets that offer it, and to `http` and `unix+http` targets, which must speak it
   * without TLS (h2c with prior knowledge, RFC 9113 3.3). Upgrades, such as to WebSockets, use HTTP/1.1. Default false.
   */
  http2?: boolean
  timeouts?: UpstreamTimeouts
  tls?: UpstreamTls
  /**
   * A dispatcher of undici that replaces the gateway's own connections, also for health checks: a `MockAgent` in tests, or an
   * agent with a proxy or interceptors. Connections, TLS and `keepAlive` are options of the dispatcher then. Default none; but a
   * `MockAgent` that is the global dispatcher is used.
   */
  dispatcher?: UndiciDispatcher
  /** Which requests are retried. At most 20 % of the requests in flight are retries, but 3 are always allowed. */
  retry?: UpstreamRetry
  /**
   * Health checks. After `passive.failures` consecutive failures (default 5), a target gets no requests for `cooldownMs`
   * milliseconds (default 10000), then one as a trial. `passive.serverErrors` does the same for a share of server errors. If
   * no target is healthy, all are tried, unless there is a `circuitBreaker`. Active checks and `serverErrors` are off by default.
   */
  health?: { passive?: { failures?: number, cooldownMs?: number, serverErrors?: ServerErrorLimit }, active?: ActiveHealth }
  /**
   * Maximum number of requests in flight to the version, to all targets together, without upgraded connections. Further requests wait
   * (`maxWaiting`), or get 503 `UPSTREAM_OVERLOADED`. Default 0 = no limit.
   */
  maxInFlight?: number
  /** Maximum number of requests that wait because of `maxInFlight`, each for at most `timeouts.connect`. Default 0. */
  maxWaiting?: number
  /**
   * Whether requests get 503 with `Retry-After` while no target is healthy, instead of trying one. When a target has rested, one request
   * tries it. Default false.
   */
  circuitBreaker?: boolean
  /** The `Host` of forwarded requests: the target's, the client's, or a fixed name. Default `target`. */
  host?: 'target' | 'client' | (string & {})
  /** Replaces the mount's prefix: with prefix `/api` and `/`, `/api/orders` is forwarded as `/orders`. Default `/`. */
  rewritePrefix?: string
  /** How cookies of the upstream are rewritten. */
  cookies?: CookieOptions
  /** Changes of request and response headers, except for those that the gateway itself sets. Default none. */
  headers?: { request?: HeaderEdits, response?: HeaderEdits }
  /** Maximum size of a request body in bytes. A larger one gets 413, early if `Content-Length` exceeds the limit. Default 0 = no limit. */
  maxRequestBytes?: number
  /** Maximum size of the response headers in bytes. Larger ones cause 502. Default 16384. */
  maxResponseHeaderBytes?: number
  /**
   * Upgraded connections, such as WebSockets. `protocols` lists the allowed ones (default `['websocket']`); a request for
   * any other is forwarded without `Upgrade`. `max` limits the number of connections (default 0 = no limit); further
   * requests get 503. `closeAtExpiry` closes a connection when the caller's token expires (default false).
   */
  upgrades?: { protocols?: readonly string[], max?: number, closeAtExpiry?: boolean }
}
