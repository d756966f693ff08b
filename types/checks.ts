import type { FastifyPluginAsync } from 'fastify'
import type { UndiciDispatcher } from './dispatcher.ts'

/** A service that decides whether a request may pass: external authorization, or a web application firewall. */
export interface ExternalCheck {
  /** Names the check in logs, metrics, problems and rules. Unique. */
  name: string
  /** Address of the service: an http(s) URL. The path and the query of the request are appended. */
  url: string
  /** Sends the first bytes of the body, with `x-partial-body: true` if there are more. Default: no body. */
  body?: { maxBytes: number }
  /** Milliseconds after which a request to the service has failed. At least 1. Default 1000. */
  timeoutMs?: number
  /** Connections to the service. Further requests wait for one, until `timeoutMs`. Default 128. */
  connections?: number
  /**
   * If the service fails: `deny` responds 503 `CHECK_UNAVAILABLE`, `allow` lets the request pass. With `allow`, a 5xx of the service is a
   * failure, too. Default `deny`.
   */
  onError?: 'deny' | 'allow'
  /** `enforce` refuses requests, `observe` only counts and logs those that would be refused. Default `enforce`. */
  mode?: 'enforce' | 'observe'
  /**
   * Request headers that the service gets, in addition to `Host`, the forwarding headers, and those that describe the body. Default: all
   * except hop-by-hop headers.
   */
  forwardHeaders?: readonly string[]
  /** Headers of a 2xx response that the upstream gets. They become owned: clients cannot send them. Default none. */
  copyHeaders?: readonly string[]
  /**
   * Whether the caller gets the body of a refusal, with `Content-Type`, `Content-Encoding`, `Location`, `Set-Cookie` and
   * `WWW-Authenticate`. Otherwise, and if
   * the body has more than 64 KiB, the caller gets a problem with the code `CHECK_REFUSED` and the status of the service. Default true.
   */
  passResponse?: boolean
  /** `all` requests, or only those of rules that name the check: `route`. Default `all`. */
  when?: 'all' | 'route'
  /** Sends the requests to the service instead of the gateway's own connections. */
  dispatcher?: UndiciDispatcher
}

/** Options of `externalChecks`. */
export interface ExternalChecksOptions {
  /** The checks of a request, in order. The first refusal counts. */
  checks: readonly ExternalCheck[]
}

/** The type of `externalChecks`. */
export type ExternalChecksPlugin = FastifyPluginAsync<ExternalChecksOptions>
