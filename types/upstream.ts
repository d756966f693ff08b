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

/** How long an upstream may take, in milliseconds. 0 = no limit. */
export interface UpstreamTimeouts {
  /** To connect, DNS and TLS included. Default 5000. */
  connect?: number
  /** From the whole request sent to the answer's headers. Default 30000. */
  headers?: number
  /** Between two pieces of the answer's body. Default 60000. */
  idle?: number
  /** For the whole exchange. Default 0: an answer may stream for as long as it does. */
  total?: number
}

/** TLS towards an upstream. Its certificate is verified unless `rejectUnauthorized` is `false`. */
export type UpstreamTls = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>

/** A cluster that serves one version. */
export interface UpstreamOptions {
  /** Its addresses: `http://` or `https://` origins, or `unix+http:///run/app.sock`. */
  targets: string | readonly string[]
  /** `least-requests` compares two random targets. Default `round-robin`. */
  balance?: 'round-robin' | 'least-requests'
  /** Connections to each target. Default 128. */
  connections?: number
  timeouts?: UpstreamTimeouts
  tls?: UpstreamTls
  /** How often a request that was certainly not sent goes to another target. Default 1. */
  retry?: { attempts?: number }
  /**
   * A target that fails this many times in a row gets no requests for `cooldownMs`, then one to try. When no
   * target is left, all of them are tried. Default 5 failures, 10000 ms.
   */
  health?: { passive?: { failures?: number, cooldownMs?: number } }
  /** The `Host` that it sees: the target's, the client's, or a name of yours. Default `target`. */
  host?: 'target' | 'client' | (string & {})
  /** What the mount's prefix becomes: with prefix `/api` and `/`, `/api/orders` is forwarded as `/orders`. Default `/`. */
  rewritePrefix?: string
  /** Headers to change in requests to it and in answers from it. Not those that the gateway itself sets. */
  headers?: { request?: HeaderEdits, response?: HeaderEdits }
  /** Bytes that the body of a request may have, streamed or not; more is 413. Default 0 = no limit. */
  maxRequestBytes?: number
}
