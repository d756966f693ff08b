import type { ConnectionOptions } from 'node:tls'

/** Headers that are changed on the way. Names in any case. `remove` comes first, then `set`, then `add`. */
export interface HeaderEdits {
  /** Replaces every field of the name. */
  set?: Readonly<Record<string, string>>
  /** Adds a field beside those of the name. */
  add?: Readonly<Record<string, string>>
  /** Removes every field of the name. */
  remove?: readonly string[]
}

/** How long an upstream may take, in milliseconds. 0 = no limit, except for `keepAlive`. */
export interface UpstreamTimeouts {
  /** To connect, DNS and TLS included. Default 5000. */
  connect?: number
  /**
   * From the whole request sent to the answer's headers. Default 30000, and none for calls of gRPC
   * (`application/grpc`): those are only limited when it is set.
   */
  headers?: number
  /**
   * Without progress, while a body is on its way in either direction. Default 60000, and none for
   * server-sent events and calls of gRPC: those are only limited when it is set.
   */
  idle?: number
  /** Without a byte in either direction after an upgrade, as of a WebSocket. Default 300000. */
  tunnel?: number
  /** For the whole exchange. Default 0: an answer may stream for as long as it does. */
  total?: number
  /**
   * How long a connection of HTTP/1.1 is kept without a request, at least 1. Set it below the idle timeout of the upstream, so that
   * the upstream does not close a connection that is about to be used. Default 4000, or what the upstream says in
   * `Keep-Alive: timeout`, less a second or two. When it is set, that hint can only shorten it.
   */
  keepAlive?: number
}

/** TLS towards an upstream. Its certificate is verified unless `rejectUnauthorized` is `false`. */
export type UpstreamTls = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>

/**
 * Why a request may be sent once more: `not-sent` (no connection, so nothing was sent), `stale` (the upstream closed a
 * connection that had been used before, when the request was on its way), `reset` (the connection broke before the answer,
 * `stale` included),
 * `timeout` (no answer in time), or the status of the answer.
 */
export type RetryReason = 'not-sent' | 'stale' | 'reset' | 'timeout' | 429 | 500 | 502 | 503 | 504

/** What may be sent once more, and how often. */
export interface UpstreamRetry {
  /** How often one request is sent again. Default 1. */
  attempts?: number
  /**
   * Default `['not-sent', 'stale']`. `not-sent` goes to another target, whatever the method. All else may have been
   * processed, so it is repeated only without a body and for idempotent methods (RFC 9110 9.2.2, RFC 9112 9.3.1).
   */
  on?: readonly RetryReason[]
  /**
   * Longest wait before a retry, in milliseconds. An answer whose `Retry-After` (seconds or a date, RFC 9110
   * 10.2.3) asks for more is passed on. Default 1000.
   */
  maxDelay?: number
}

/** A request that asks every target from time to time how it is: 2xx is well. */
export interface ActiveHealth {
  /** Such as `/healthz`; not prefixed with `rewritePrefix`. */
  path: string
  /** Default 15000. */
  intervalMs?: number
  /** Share of the interval by which each one is randomly shorter or longer, 0 to 1. Default 0.1. */
  jitter?: number
  /** For the whole answer. Default 5000. */
  timeoutMs?: number
  /** Failures in a row until it gets no requests. Default 2. */
  failures?: number
  /** Successes in a row until it gets requests again. Default 2. */
  successes?: number
}

/** What is known of one target. */
export interface TargetHealth {
  readonly address: string
  /** Whether it gets requests. When no target of a version is healthy, all of them do. */
  readonly healthy: boolean
  /** Exchanges under way. */
  readonly pending: number
  /** Requests that wait for one of its connections. */
  readonly queued: number
  /** Failed exchanges in a row. */
  readonly failures: number
  /** What the active check found; `unknown` without one, and before its first result counts. */
  readonly active: 'up' | 'down' | 'unknown'
  /** The last failure, for the operator: it may name addresses. */
  readonly lastError?: string
}

/** What is known of the targets of one version. */
export interface VersionHealth<Id extends string = string> {
  readonly version: Id
  /** Whether at least one target is. */
  readonly healthy: boolean
  readonly targets: readonly TargetHealth[]
}

/** How the cookies of an upstream are mapped to what is outside. */
export interface CookieOptions {
  /** Whether `Path` becomes the place under the mount's prefix, as in `Location`. Default true. */
  path?: boolean
  /**
   * What becomes of a `Domain` that names a target: `true` takes it off, so that the cookie is for the host that the
   * client used; a name takes its place. Default false: it stays, and clients refuse the cookie.
   */
  domain?: boolean | string
}

/** A cluster that serves one version. */
export interface UpstreamOptions {
  /** Its addresses: `http://` or `https://` origins, or `unix+http:///run/app.sock`. */
  targets: string | readonly string[]
  /** `least-requests` compares two random targets. Default `round-robin`. */
  balance?: 'round-robin' | 'least-requests'
  /** Connections to each target. Default 128. Upgraded ones are not counted: see `upgrades`. */
  connections?: number
  /**
   * Requests that may wait for a connection to a target when all are in use, for as long as `timeouts.connect`;
   * more are 503. Default 1024.
   */
  maxQueued?: number
  /**
   * HTTP/2 to `https` targets that offer it, and to `http` and `unix+http` targets, which must speak it without TLS (h2c with
   * prior knowledge, RFC 9113 3.3). Default false. Upgrades, such as WebSockets, take HTTP/1.1.
   */
  http2?: boolean
  timeouts?: UpstreamTimeouts
  tls?: UpstreamTls
  /** What is sent once more. All retries together are at most 20 % of the requests under way (and 3). */
  retry?: UpstreamRetry
  /**
   * A target that fails this many times in a row gets no requests for `cooldownMs`, then one to try. When no
   * target is left, all of them are tried. Default 5 failures, 10000 ms. Active checks are off by default.
   */
  health?: { passive?: { failures?: number, cooldownMs?: number }, active?: ActiveHealth }
  /** The `Host` that it sees: the target's, the client's, or a name of yours. Default `target`. */
  host?: 'target' | 'client' | (string & {})
  /** What the mount's prefix becomes: with prefix `/api` and `/`, `/api/orders` is forwarded as `/orders`. Default `/`. */
  rewritePrefix?: string
  /** How its cookies are mapped. */
  cookies?: CookieOptions
  /** Headers to change in requests to it and in answers from it. Not those that the gateway itself sets. */
  headers?: { request?: HeaderEdits, response?: HeaderEdits }
  /** Bytes that the body of a request may have; more is 413, at once when `Content-Length` says so. Default 0 = no limit. */
  maxRequestBytes?: number
  /** Bytes that the headers of an answer may have; more is 502. Default 16384. */
  maxResponseHeaderBytes?: number
  /**
   * Upgraded connections, such as WebSockets: to which `protocols` (default `['websocket']`; a request for any other
   * is forwarded as if it had no `Upgrade`), how many at once (default 0 = no limit; more are 503), and whether one is
   * closed when the caller's token expires (default false).
   */
  upgrades?: { protocols?: readonly string[], max?: number, closeAtExpiry?: boolean }
}
