import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Tier } from './decision.ts'
import type { RequestOutcome } from './observe.ts'
import type { VersionRegistry } from './versions.ts'

/**
 * Protects the admin pages. It admits a request by returning `true`, by returning a promise that resolves, or by calling
 * `done`, like a Fastify hook such as `app.basicAuth` of @fastify/basic-auth. It refuses a request by throwing, by sending
 * a response, or with `false` (403).
 */
export type AdminGuard = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => unknown

/** Options of `versionAdmin`. */
export interface VersionAdminOptions {
  /** Called for every request under `prefix`, including the page's files. Required. */
  guard: AdminGuard
  /** Path of the page and its API. Default `/admin`. */
  prefix?: string
  /** Another app that serves the pages, on its own listener. It is not closed with the gateway. Default: the gateway's app. */
  app?: FastifyInstance
  /** Names the person who makes a change, for the audit log. Default: the address of the connection. */
  actor?: (request: FastifyRequest) => string
  /** The requests that are kept for display. */
  recent?: {
    /** Number of requests, at most 10000. Default 200. */
    max?: number
    /** Keeps one request out of this many. Default 1: every request. */
    oneOf?: number
  }
  /** Default: `app.versions`. */
  versions?: VersionRegistry
}

/** A recently completed request. */
export interface RecentRequest {
  /** Time of arrival, ISO 8601. */
  readonly at: string
  /** The request id, to find its log lines. */
  readonly id: string
  readonly method: string
  /** Without the query, which may contain secrets. */
  readonly path: string
  readonly status: number
  readonly durationMs: number
  readonly outcome: RequestOutcome
  /** Why the request was not served: an error code, or the cause of a failed exchange. */
  readonly cause: string | null
  /** `null` if no version was decided. */
  readonly version: string | null
  readonly tier: Tier | null
  readonly source: string | null
  readonly requested: string | null
}

/** A change requested on the admin pages. */
export interface AuditEntry {
  /** ISO 8601. */
  readonly at: string
  readonly actor: string
  readonly action: 'disable' | 'enable' | 'retire' | 'promote' | 'rollback'
  /** The version or the alias. */
  readonly subject: string | null
  readonly reason: string
  /** The revision that the change made; `null` if it was refused. */
  readonly revision: number | null
}
