import type { FastifyPluginAsync } from 'fastify'
import type { UndiciDispatcher } from './dispatcher.ts'

/** A service that decides whether a request may pass: external authorization, or a web application firewall. */
export interface ExternalCheck {
  /** Names the check in logs, metrics and rules. Unique. */
  name: string
  /** Address of the service: an http(s) URL. The path of the request is appended. */
  url: string
  /** Sends the first bytes of the body. Default: no body. */
  body?: { maxBytes: number }
  /** Milliseconds until the service has failed. Default 1000. */
  timeoutMs?: number
  /** If the service fails: `deny` responds 503 `CHECK_UNAVAILABLE`, `allow` lets the request pass. Default `deny`. */
  onError?: 'deny' | 'allow'
  /** `enforce` refuses requests, `observe` only counts and logs those that would be refused. Default `enforce`. */
  mode?: 'enforce' | 'observe'
  /** Request headers that the service gets. Default: all except hop-by-hop headers. */
  forwardHeaders?: readonly string[]
  /** Headers of a 2xx response that the upstream gets. They become owned: clients cannot send them. Default none. */
  copyHeaders?: readonly string[]
  /** Whether the caller gets the body of a refusal, with `Content-Type`, `Location`, `Set-Cookie` and `WWW-Authenticate`. Default true. */
  passResponse?: boolean
  /** `all` requests, or only those of `rules` that name the check. Default `all`. */
  when?: 'all' | 'route'
  dispatcher?: UndiciDispatcher
}

/** Options of `externalChecks`. */
export interface ExternalChecksOptions {
  checks: readonly ExternalCheck[]
}

/** The type of `externalChecks`. */
export type ExternalChecksPlugin = FastifyPluginAsync<ExternalChecksOptions>
